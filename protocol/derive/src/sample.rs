//! Values for tests: one of every variant, and any.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{DataEnum, Fields};

use crate::bind;

/// A value whose fields are the first of their samples, or the second.
fn built(path: &Tokens, fields: &Fields, last: bool) -> Tokens {
    let (whole, names) = bind(path, fields);
    let pick = if last { quote!(second) } else { quote!(first) };
    let types = fields.iter().map(|field| &field.ty);
    quote! {{
        #(let #names = crate::wire::#pick::<#types>();)*
        #whole
    }}
}

pub(crate) fn of_struct(path: &Tokens, fields: &Fields) -> Tokens {
    let (first, last) = (built(path, fields, false), built(path, fields, true));
    quote! {
        let mut all = ::std::vec![#first];
        let last = #last;
        if all[0] != last {
            all.push(last);
        }
        all
    }
}

pub(crate) fn of_enum(data: &DataEnum) -> Tokens {
    let each = data.variants.iter().map(|variant| {
        let name = &variant.ident;
        built(&quote!(Self::#name), &variant.fields, false)
    });
    quote!(::std::vec![#(#each),*])
}

fn drawn(path: &Tokens, fields: &Fields) -> Tokens {
    let (whole, names) = bind(path, fields);
    quote! {{
        #(let #names = crate::wire::Sample::any(draw);)*
        #whole
    }}
}

pub(crate) fn any_struct(path: &Tokens, fields: &Fields) -> Tokens {
    drawn(path, fields)
}

pub(crate) fn any_enum(data: &DataEnum) -> Tokens {
    let count = data.variants.len() as u64;
    let arms = data.variants.iter().enumerate().map(|(place, variant)| {
        let name = &variant.ident;
        let place = place as u64;
        let value = drawn(&quote!(Self::#name), &variant.fields);
        if place + 1 == count {
            quote!(_ => #value)
        } else {
            quote!(#place => #value)
        }
    });
    if count == 1 {
        return quote!(match () { #(#arms),* });
    }
    quote!(match draw() % #count { #(#arms),* })
}
