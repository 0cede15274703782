//! What an older client knows of a value, how much it weighs, and whether it holds a placeholder.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{DataEnum, Fields, Variant};

use crate::bind;

/// The bytes that JSON writes around a name: quotes, a colon, a comma, and braces.
const AROUND: usize = 6;

pub(crate) fn known_struct(path: &Tokens, fields: &Fields) -> Tokens {
    let (pattern, names) = bind(path, fields);
    quote! {
        let #pattern = self;
        #(let #names = crate::wire::Wire::known_to(#names, version)?;)*
        ::core::option::Option::Some(#pattern)
    }
}

pub(crate) fn known_enum(data: &DataEnum) -> syn::Result<Tokens> {
    let mut arms = Vec::new();
    for variant in &data.variants {
        let name = &variant.ident;
        let (pattern, names) = bind(&quote!(Self::#name), &variant.fields);
        let since = since(variant)?;
        let guard = (since > 1).then(|| quote!(if version >= #since));
        arms.push(quote! {
            #pattern #guard => (|| {
                #(let #names = crate::wire::Wire::known_to(#names, version)?;)*
                ::core::option::Option::Some(#pattern)
            })()
        });
        if since > 1 {
            let any = match variant.fields {
                Fields::Named(_) => quote!(Self::#name { .. }),
                Fields::Unnamed(_) => quote!(Self::#name(..)),
                Fields::Unit => quote!(Self::#name),
            };
            arms.push(quote!(#any => ::core::option::Option::None));
        }
    }
    let has_other = data.variants.iter().any(is_other);
    let other = if has_other {
        quote!(.or(::core::option::Option::Some(Self::Other)))
    } else {
        Tokens::new()
    };
    Ok(quote! {
        let known: ::core::option::Option<Self> = match self { #(#arms),* };
        known #other
    })
}

/// The variant that stands for whatever a client does not know.
pub(crate) fn is_other(variant: &Variant) -> bool {
    variant.ident == "Other" && matches!(variant.fields, Fields::Unit)
}

fn since(variant: &Variant) -> syn::Result<u16> {
    match variant
        .attrs
        .iter()
        .find(|one| one.path().is_ident("since"))
    {
        None => Ok(1),
        Some(found) => found.parse_args::<syn::LitInt>()?.base10_parse(),
    }
}

/// The bytes of the names of the fields, as JSON has them.
fn names_weigh(fields: &Fields) -> usize {
    let of = |field: &syn::Field| {
        let name = field.ident.as_ref();
        name.map_or(1, |name| name.to_string().len() + AROUND)
    };
    AROUND + fields.iter().map(of).sum::<usize>()
}

fn weigh(pattern: &Tokens, names: &[syn::Ident], own: usize) -> Tokens {
    quote!(#pattern => #own #(+ crate::wire::Wire::weight(#names))*)
}

pub(crate) fn weigh_struct(path: &Tokens, fields: &Fields) -> Tokens {
    let (pattern, names) = bind(path, fields);
    let arm = weigh(&pattern, &names, names_weigh(fields));
    quote!(match self { #arm })
}

pub(crate) fn weigh_enum(data: &DataEnum) -> Tokens {
    let arms = data.variants.iter().map(|variant| {
        let name = &variant.ident;
        let (pattern, names) = bind(&quote!(Self::#name), &variant.fields);
        // Written in snake case, a name has an underscore more for every capital.
        let written = 2 * name.to_string().len() + AROUND;
        weigh(&pattern, &names, written + names_weigh(&variant.fields))
    });
    quote!(match self { #(#arms),* })
}

fn other(pattern: &Tokens, names: &[syn::Ident]) -> Tokens {
    quote!(#pattern => false #(|| crate::wire::Wire::has_other(#names))*)
}

pub(crate) fn other_struct(path: &Tokens, fields: &Fields) -> Tokens {
    let (pattern, names) = bind(path, fields);
    let arm = other(&pattern, &names);
    quote!(match self { #arm })
}

pub(crate) fn other_enum(data: &DataEnum) -> Tokens {
    let arms = data.variants.iter().map(|variant| {
        let name = &variant.ident;
        let (pattern, names) = bind(&quote!(Self::#name), &variant.fields);
        if is_other(variant) {
            quote!(#pattern => true)
        } else {
            other(&pattern, &names)
        }
    });
    quote!(match self { #(#arms),* })
}
