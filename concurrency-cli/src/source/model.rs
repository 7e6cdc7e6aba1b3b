//! Structs that derive `Concurrent` with a `TriggerVersionField`. Other files find their tables.

use std::path::Path;

use quote::ToTokens as _;
use syn::{Attribute, Field, Fields, Ident, ItemStruct};

use super::attributes::{FieldOptions, StructOptions};
use super::place::Place;
use super::{mentions, name_of};

/// The derive that makes a struct a model.
pub(super) const DERIVE: &str = "Concurrent";
/// The version field that needs a trigger.
pub(super) const VERSION_FIELD: &str = "TriggerVersionField";

/// A struct whose table needs a trigger. Columns have their names in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// The segments of `table_name`.
    pub(super) table: Vec<String>,
    pub(super) key: Vec<String>,
    pub(super) version: String,
    pub(super) trigger_name: Option<String>,
    /// The modules around the struct in its file, and those around the file.
    pub(super) module: Vec<String>,
}

/// The kinds of structs.
pub(super) enum Kind {
    Model(Model),
    /// Only the compiler knows whether it is a model.
    Unsure(String),
    /// It is a model, and only the compiler knows its table or a column.
    Mistaken(String),
    Other,
}

pub(super) fn read(strukt: &ItemStruct, file: &Path, module: &[String]) -> syn::Result<Kind> {
    let mut attributes = strukt.attrs.iter().chain(strukt.fields.iter().flat_map(|field| &field.attrs));
    if attributes.any(is_conditional_model) {
        let is_version = |attr: &Attribute| mentions(&attr.meta.to_token_stream(), |word| word == VERSION_FIELD);
        let kind = if strukt.fields.iter().flat_map(|field| &field.attrs).any(is_version) {
            Kind::Mistaken
        } else {
            Kind::Unsure
        };
        let reason = format!(
            "struct `{}` is a model only under `cfg_attr`; name the features with --features, or write its attributes out",
            strukt.ident
        );
        return Ok(kind(reason));
    }
    if !derives_concurrent(&strukt.attrs)? {
        return Ok(Kind::Other);
    }
    let Some((field, options)) = version_of(&strukt.fields)? else {
        return Ok(Kind::Other);
    };
    if let Some(reason) = conditional_option(strukt)? {
        return Ok(Kind::Mistaken(reason));
    }
    let Some(field) = &field.ident else { return Ok(Kind::Other) };
    let on_struct = StructOptions::read(&strukt.attrs)?;
    Ok(Kind::Model(Model {
        name: name_of(&strukt.ident),
        place: Place::of(file, strukt.ident.span()),
        table: on_struct.table_name.unwrap_or_else(|| vec![inferred_table(&strukt.ident)]),
        key: on_struct.primary_key.unwrap_or_else(|| vec!["id".to_owned()]),
        version: options.column_name.unwrap_or_else(|| name_of(field)),
        trigger_name: on_struct.trigger_name,
        module: module.to_vec(),
    }))
}

/// Whether the attribute has a condition and would make the struct a model or its field a version.
fn is_conditional_model(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg_attr")
        && attr
            .meta
            .require_list()
            .is_ok_and(|list| mentions(&list.tokens, |word| word == DERIVE || word == VERSION_FIELD))
}

/// Why only the compiler knows the table or a column; `None` if the text says it.
fn conditional_option(strukt: &ItemStruct) -> syn::Result<Option<String>> {
    let name = &strukt.ident;
    if strukt.attrs.iter().any(is_conditional_option) {
        return Ok(Some(format!(
            "struct `{name}` has options under `cfg_attr`; name the features with --features, or write them out"
        )));
    }
    let key = StructOptions::read(&strukt.attrs)?.primary_key.unwrap_or_else(|| vec!["id".to_owned()]);
    for field in &strukt.fields {
        let Some(field_name) = &field.ident else { continue };
        let is_version = FieldOptions::read(&field.attrs)?.version_field.is_some();
        let is_conditional = |attr: &Attribute| is_conditional_option(attr) || attr.path().is_ident("cfg");
        if (is_version || key.contains(&name_of(field_name))) && field.attrs.iter().any(is_conditional) {
            let what =
                format!("field `{field_name}` of struct `{name}` is there, or has its options, only under a condition");
            return Ok(Some(format!("{what}; name the features with --features, or write it out")));
        }
    }
    Ok(None)
}

fn is_conditional_option(attr: &Attribute) -> bool {
    let is_ours = |list: &syn::MetaList| mentions(&list.tokens, |word| word == "diesel" || word == "concurrent");
    attr.path().is_ident("cfg_attr") && attr.meta.require_list().is_ok_and(is_ours)
}

fn derives_concurrent(attrs: &[Attribute]) -> syn::Result<bool> {
    let mut found = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        attr.parse_nested_meta(|derive| {
            found |= derive.path.segments.last().is_some_and(|segment| segment.ident == DERIVE);
            Ok(())
        })?;
    }
    Ok(found)
}

fn version_of(fields: &Fields) -> syn::Result<Option<(&Field, FieldOptions)>> {
    for field in fields {
        let options = FieldOptions::read(&field.attrs)?;
        if options.version_field.as_deref() == Some(VERSION_FIELD) {
            return Ok(Some((field, options)));
        }
    }
    Ok(None)
}

/// Diesel's rule for a struct that names no table: `BlogPost` is in `blog_posts`.
fn inferred_table(strukt: &Ident) -> String {
    let name = name_of(strukt);
    let mut plural = String::with_capacity(name.len().saturating_add(4));
    for (position, character) in name.chars().enumerate() {
        if position > 0 && character.is_uppercase() {
            plural.push('_');
        }
        plural.extend(character.to_lowercase());
    }
    plural.push('s');
    plural
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn read(strukt: &ItemStruct) -> Kind {
        super::read(strukt, Path::new("src/models.rs"), &[]).unwrap()
    }

    fn model(strukt: &ItemStruct) -> Model {
        match read(strukt) {
            Kind::Model(model) => model,
            Kind::Unsure(reason) | Kind::Mistaken(reason) => panic!("unsure: {reason}"),
            Kind::Other => panic!("no model"),
        }
    }

    #[test]
    fn what_is_not_said_is_what_diesel_infers() {
        let model = model(&parse_quote! {
            #[derive(Debug, Concurrent)]
            struct BlogPost {
                id: i64,
                #[concurrent(version = TriggerVersionField)]
                r#type: i64,
            }
        });
        assert_eq!(model.name, "BlogPost");
        assert_eq!(model.table, ["blog_posts"]);
        assert_eq!(model.key, ["id"]);
        assert_eq!(model.version, "type");
        assert_eq!(model.trigger_name, None);
    }

    #[test]
    fn what_is_said_counts() {
        let model = model(&parse_quote! {
            #[derive(concurrency_diesel::Concurrent)]
            #[diesel(table_name = crate::schema::shop::items, primary_key(shop, item))]
            #[concurrent(trigger_name = "bump")]
            struct Item<'a> {
                shop: &'a str,
                item: i64,
                #[diesel(column_name = revision)]
                #[concurrent(version = concurrency_diesel::TriggerVersionField)]
                version: i64,
            }
        });
        assert_eq!(model.table, ["crate", "schema", "shop", "items"]);
        assert_eq!(model.key, ["shop", "item"]);
        assert_eq!(model.version, "revision");
        assert_eq!(model.trigger_name.as_deref(), Some("bump"));
    }

    #[test]
    fn other_structs_and_other_version_fields_want_no_trigger() {
        let others: [ItemStruct; 3] = [
            parse_quote! { struct Unit; },
            parse_quote! {
                #[derive(Queryable)]
                struct Article { id: i64, #[concurrent(version = TriggerVersionField)] version: i64 }
            },
            parse_quote! {
                #[derive(Concurrent)]
                struct Article { id: i64, #[concurrent(version = AutoIncVersionField)] version: i64 }
            },
        ];
        for strukt in &others {
            assert!(matches!(read(strukt), Kind::Other));
        }
    }

    #[test]
    fn what_cfg_attr_decides_is_unsure() {
        let unsure: [ItemStruct; 2] = [
            parse_quote! {
                #[cfg_attr(feature = "database", derive(Concurrent))]
                struct Article { id: i64, version: i64 }
            },
            parse_quote! {
                #[derive(Concurrent)]
                struct Article {
                    id: i64,
                    #[cfg_attr(feature = "triggers", concurrent(version = TriggerVersionField))]
                    version: i64,
                }
            },
        ];
        for (strukt, is_surely_meant) in unsure.iter().zip([false, true]) {
            let reason = match read(strukt) {
                Kind::Unsure(reason) if !is_surely_meant => reason,
                Kind::Mistaken(reason) if is_surely_meant => reason,
                _ => panic!("something else"),
            };
            assert_eq!(
                reason,
                "struct `Article` is a model only under `cfg_attr`; name the features with --features, or write its attributes out"
            );
        }
    }

    /// The derive has no condition, and what it reads has one.
    #[test]
    fn a_model_whose_options_a_condition_decides_is_a_mistake() {
        let mistaken: [ItemStruct; 4] = [
            parse_quote! {
                #[derive(Concurrent)]
                #[cfg_attr(all(), diesel(table_name = articles))]
                struct Post { id: i64, #[concurrent(version = TriggerVersionField)] version: i64 }
            },
            parse_quote! {
                #[derive(Concurrent)]
                struct Post { id: i64, #[cfg_attr(all(), diesel(column_name = rev))] #[concurrent(version = TriggerVersionField)] version: i64 }
            },
            parse_quote! {
                #[derive(Concurrent)]
                struct Post { id: i64, #[cfg(any())] #[concurrent(version = TriggerVersionField)] version: i64 }
            },
            parse_quote! {
                #[derive(Concurrent)]
                struct Post { #[cfg_attr(all(), diesel(column_name = key))] id: i64, #[concurrent(version = TriggerVersionField)] version: i64 }
            },
        ];
        for strukt in &mistaken {
            let Kind::Mistaken(reason) = read(strukt) else { panic!("not mistaken") };
            assert!(reason.contains("; name the features with --features, or write"), "{reason}");
        }
        let sound: ItemStruct = parse_quote! {
            #[derive(Concurrent)]
            #[cfg_attr(feature = "json", derive(Serialize), serde(default))]
            struct Post { id: i64, #[cfg(feature = "x")] title: String, #[concurrent(version = TriggerVersionField)] version: i64 }
        };
        assert_eq!(model(&sound).table, ["posts"]);
    }
}
