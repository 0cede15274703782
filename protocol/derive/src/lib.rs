//! The derive of `heard_protocol::wire::Wire`.
//!
//! A wire type is declared once, and four things follow from its declaration: the form in which a
//! client of an older version knows a value, an upper bound of the bytes a value is written in, one
//! sample of every variant for the golden files, and any value for the property tests.
//!
//! `#[since(N)]` on a variant gives the version of the wire that introduced it; 1 where it is left
//! out. A variant that a client is too young for becomes the enum's unit variant `Other`, or
//! nothing where there is no such variant.

mod body;
mod sample;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Data, DeriveInput, Fields, parse_macro_input};

/// Implements `Wire`, and `Sample` behind the feature `samples`, for a struct or an enum.
#[proc_macro_derive(Wire, attributes(since))]
pub fn wire(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

fn expand(input: &DeriveInput) -> syn::Result<Tokens> {
    let (known, weight, other, samples, any) = match &input.data {
        Data::Struct(data) => {
            let path = quote!(Self);
            (
                body::known_struct(&path, &data.fields),
                body::weigh_struct(&path, &data.fields),
                body::other_struct(&path, &data.fields),
                sample::of_struct(&path, &data.fields),
                sample::any_struct(&path, &data.fields),
            )
        }
        Data::Enum(data) => (
            body::known_enum(data)?,
            body::weigh_enum(data),
            body::other_enum(data),
            sample::of_enum(data),
            sample::any_enum(data),
        ),
        Data::Union(_) => {
            let why = "a union is nothing that a wire carries";
            return Err(syn::Error::new_spanned(&input.ident, why));
        }
    };
    let is_enum = matches!(input.data, Data::Enum(_));
    let name = &input.ident;
    let (with, of, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #with crate::wire::Wire for #name #of #bounds {
            fn known_to(self, version: u16) -> ::core::option::Option<Self> { #known }
            fn weight(&self) -> usize { #weight }
            fn has_other(&self) -> bool { #other }
        }

        #[cfg(feature = "samples")]
        #[automatically_derived]
        impl #with crate::wire::Sample for #name #of #bounds {
            const IS_ENUM: bool = #is_enum;

            fn samples() -> ::std::vec::Vec<Self> { #samples }
            fn any(draw: &mut dyn ::core::ops::FnMut() -> u64) -> Self { #any }
        }
    })
}

/// How the fields of a variant or struct are bound in a pattern, and put together again.
fn bind(path: &Tokens, fields: &Fields) -> (Tokens, Vec<syn::Ident>) {
    let names: Vec<_> = (0..fields.len())
        .map(|place| quote::format_ident!("field_{place}"))
        .collect();
    let pattern = match fields {
        Fields::Named(named) => {
            let own = named.named.iter().map(|field| &field.ident);
            quote!(#path { #(#own: #names),* })
        }
        Fields::Unnamed(_) => quote!(#path(#(#names),*)),
        Fields::Unit => path.clone(),
    };
    (pattern, names)
}
