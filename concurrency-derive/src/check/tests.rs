//! The errors for wrong structs: every mistake, and nothing else. `tests/ui/rejected` shows their places.

use syn::{DeriveInput, parse_quote};

use super::*;
use crate::model::{Derive, Model};

fn mistakes(derive: Derive, input: &DeriveInput) -> Vec<String> {
    let mut errors = Errors::default();
    let model = Model::from_input(input, derive, &mut errors);
    check(&model, &mut errors);
    let error = errors.finish().err();
    error.into_iter().flatten().map(|error| error.to_string()).collect()
}

fn record(input: &DeriveInput) -> Vec<String> {
    mistakes(Derive::Concurrent, input)
}

fn embedded(input: &DeriveInput) -> Vec<String> {
    mistakes(Derive::ConcurrentColumns, input)
}

#[test]
fn a_record_needs_a_version() {
    let input = parse_quote! {
        struct Article { id: i64, version: i64 }
    };
    assert_eq!(record(&input), ["`Article` has no version field; mark one with `#[concurrent(version)]`"]);
}

#[test]
fn a_third_version_is_reported_as_well() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            #[concurrent(version)]
            a: i64,
            #[concurrent(version)]
            b: i64,
            #[concurrent(version = RandomVersionField)]
            c: Uuid,
        }
    };
    assert_eq!(
        record(&input),
        [
            "two version fields; keep `#[concurrent(version)]` on either `a` or `b`",
            "two version fields; keep `#[concurrent(version)]` on either `a` or `c`",
        ]
    );
}

#[test]
fn a_version_is_plain() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            #[concurrent(version)]
            #[diesel(embed, serialize_as = Number, skip_update, treat_none_as_null = false)]
            version: Option<i64>,
        }
    };
    assert_eq!(
        record(&input),
        [
            "`embed` does not go with `version`; a version is a single column",
            "`serialize_as` does not go with `version`; give the field the type it is written as",
            "`skip_update` does not go with `version`; every save writes the version",
            "`treat_none_as_null = false` does not go with `version`; every save writes the version",
            "`serialize_as` does not go with `embed`; write it on the fields of the embedded struct",
            "`treat_none_as_null` does not go with `embed`; write it on the fields of the embedded struct",
        ]
    );
}

#[test]
fn a_key_is_held_and_holds_no_version() {
    let input = parse_quote! {
        #[diesel(primary_key(shop, item, shop, rev))]
        struct Stock {
            item: i64,
            #[concurrent(version)]
            #[diesel(column_name = rev)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        [
            "`shop` is named twice; remove one of them",
            "the version `version` is part of the primary key; mark another field, or leave it out of `primary_key`",
            "no field holds the primary-key column `shop`; add one, or name the key with `#[diesel(primary_key(shop, item))]`",
        ]
    );
}

#[test]
fn field_lists_name_written_fields() {
    let input = parse_quote! {
        #[concurrent(check_fields(titel, id, version, created, heading, title, title))]
        struct Article {
            id: i64,
            #[diesel(column_name = heading)]
            title: String,
            r#type: i64,
            #[diesel(skip_update)]
            created: i64,
            #[concurrent(version = ::concurrency_diesel::ConditionalVersionField)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        [
            "`title` is named twice; remove one of them",
            "there is no field `titel`; the fields a save writes are `title`, `r#type`",
            "`id` is part of the primary key; the fields a save writes are `title`, `r#type`",
            "`version` is the version; the fields a save writes are `title`, `r#type`",
            "`created` is never written, because of `#[diesel(skip_update)]`; the fields a save writes are `title`, `r#type`",
            "there is no field `heading`; the fields a save writes are `title`, `r#type`",
        ]
    );
}

#[test]
fn options_of_one_version_field_are_refused_for_another() {
    let input = parse_quote! {
        #[concurrent(trigger_name = "bump")]
        #[concurrent(ignore_fields(views))]
        #[concurrent(check_fields(title))]
        struct Article { id: i64, title: String, views: i64, #[concurrent(version)] version: i64 }
    };
    assert_eq!(
        record(&input),
        [
            "`check_fields` and `ignore_fields` exclude each other; keep one of them",
            "`check_fields` needs a `ConditionalVersionField`; write `#[concurrent(version = ConditionalVersionField)]`",
            "`ignore_fields` needs a `ConditionalVersionField`; write `#[concurrent(version = ConditionalVersionField)]`",
            "`trigger_name` needs a `TriggerVersionField`; write `#[concurrent(version = TriggerVersionField)]`",
        ]
    );
}

#[test]
fn some_field_must_count() {
    let input = parse_quote! {
        #[concurrent(ignore_fields(body, title))]
        struct Article {
            id: i64,
            title: String,
            body: String,
            #[concurrent(version = ConditionalVersionField)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        ["`ignore_fields` names every field, so that no save would move the version; leave one out, or list those \
             that count with `check_fields`"]
    );
}

#[test]
fn unknown_options_are_told_the_known_ones() {
    let input = parse_quote! {
        #[concurrent(chek_fields(title), version)]
        struct Article {
            id: i64,
            #[concurrent(trigger_name = "bump", increment = 2, version)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        [
            "unknown option `chek_fields`; expected one of `check_fields`, `ignore_fields`, `trigger_name`, `record_name`, `crate`",
            "`version` is not expected here; it belongs on a field",
            "`trigger_name` is not expected here; it belongs on the struct",
            "unknown option `increment`; expected one of `version`, `key`, `remote`, `merge`",
        ]
    );
}

#[test]
fn malformed_options_are_told_the_format() {
    let input = parse_quote! {
        #[diesel(table_name, primary_key = shop, treat_none_as_null = "yes")]
        #[diesel(table_name = )]
        #[diesel(primary_key(shop + item))]
        #[concurrent]
        #[concurrent(trigger_name = "", crate = "not a path", 5, check_fields[title])]
        struct Article {
            id: i64,
            #[diesel(column_name = a.b, serialize_as, skip_update = true)]
            #[diesel(column_name = "two words")]
            title: String,
            #[concurrent(version = "i64")]
            version: i64,
        }
    };
    let help = |option: &str| format!("\nhelp: the correct format looks like `#[{option}]`");
    let table_name = help("diesel(table_name = articles)");
    let primary_key = help("diesel(primary_key(shop, item))");
    let version = help("concurrent(version)");
    let column_name = help("diesel(column_name = title)");
    let expected = [
        format!("`table_name` has no value{table_name}"),
        format!("expected parentheses{primary_key}"),
        format!("expected boolean literal{}", help("diesel(treat_none_as_null = false)")),
        format!("`table_name` has no value{table_name}"),
        format!("expected `,`{primary_key}"),
        "`primary_key` is given twice; remove one of them".to_owned(),
        format!("expected attribute arguments in parentheses: #[concurrent(...)]{version}"),
        format!("expected a name, found an empty string{}", help("concurrent(trigger_name = \"articles_version\")")),
        format!("`not a path` is not a path{}", help("concurrent(crate = \"::concurrency_diesel\")")),
        format!("expected the name of an option{version}"),
        format!("expected parentheses{}", help("concurrent(check_fields(title, body))")),
        format!("expected `,`{column_name}"),
        format!("`serialize_as` has no value{}", help("diesel(serialize_as = String)")),
        format!("`skip_update` takes no value{}", help("diesel(skip_update)")),
        format!("`two words` is not a valid identifier{column_name}"),
        format!("expected identifier{}", help("concurrent(version = AutoIncVersionField)")),
        "`check_fields` needs a `ConditionalVersionField`; write `#[concurrent(version = ConditionalVersionField)]`"
            .to_owned(),
    ];
    assert_eq!(record(&input), expected);
}

#[test]
fn only_structs_with_named_fields_are_records() {
    let message = |derive, kind| [format!("`{derive}` cannot be derived for {kind}; write a struct with named fields")];
    assert_eq!(
        record(&parse_quote!(
            struct Article(i64);
        )),
        message("Concurrent", "a tuple struct")
    );
    assert_eq!(
        record(&parse_quote!(
            struct Article;
        )),
        message("Concurrent", "a unit struct")
    );
    assert_eq!(
        record(&parse_quote!(
            enum Article {
                A,
            }
        )),
        message("Concurrent", "an enum")
    );
    assert_eq!(record(&parse_quote!(union Article { a: i64 })), message("Concurrent", "a union"));
    assert_eq!(
        embedded(&parse_quote!(
            struct Texts(i64);
        )),
        message("ConcurrentColumns", "a tuple struct")
    );
}

#[test]
fn fields_suit_their_attributes() {
    let input = parse_quote! {
        struct Article {
            #[diesel(embed)]
            id: Key,
            #[diesel(embed, column_name = names)]
            names: Names,
            #[diesel(treat_none_as_null = false)]
            title: Text,
            #[diesel(column_name = title)]
            heading: String,
            #[concurrent(version)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        [
            "`column_name` does not go with `embed`; write it on the fields of the embedded struct",
            "`id` is part of the primary key and cannot be embedded; write the fields of the key one by one, or mark the struct \
             that holds the whole key with `#[concurrent(key)]`",
            "`treat_none_as_null = false` needs a type written `Option<...>`; write it out, or remove the attribute",
            "column `title` already belongs to field `title`; give one of them another `column_name`",
        ]
    );
}

#[test]
fn an_embedded_struct_has_nothing_of_a_record() {
    let input = parse_quote! {
        #[concurrent(check_fields(title), trigger_name = "bump", crate = "occ", remot = other)]
        struct Texts {
            #[concurrent(version)]
            version: i64,
            #[concurrent(policy = "mine")]
            title: String,
        }
    };
    assert_eq!(
        embedded(&input),
        [
            "unknown option `remot`; expected one of `remote`, `crate`",
            "unknown option `policy`; expected one of `key`, `remote`, `merge`",
            "an embedded struct has no version; write `#[concurrent(version)]` in the struct that derives `Concurrent`",
            "`check_fields` does not go with an embedded struct; write it on the struct that derives `Concurrent`",
            "`trigger_name` does not go with an embedded struct; write it on the struct that derives `Concurrent`",
        ]
    );
}

#[test]
fn an_option_given_twice_is_reported_once() {
    let input = parse_quote! {
        #[diesel(table_name = a, table_name = b)]
        #[concurrent(crate = "a")]
        #[concurrent(crate = "b")]
        struct Article {
            id: i64,
            #[concurrent(version)]
            #[concurrent(version)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        [
            "`table_name` is given twice; remove one of them",
            "`crate` is given twice; remove one of them",
            "`version` is given twice; remove one of them",
        ]
    );
}

#[test]
fn an_embedded_key_is_the_only_key() {
    let input = parse_quote! {
        #[diesel(primary_key(id))]
        #[concurrent(remote = other::Article)]
        struct Article {
            #[diesel(embed)]
            #[concurrent(key)]
            a: Key,
            #[diesel(embed)]
            #[concurrent(key)]
            b: Key,
            #[concurrent(key, remote = Columns)]
            c: i64,
            #[concurrent(version)]
            version: i64,
        }
    };
    assert_eq!(
        record(&input),
        [
            "`remote` does not go with `Concurrent`; derive `ConcurrentColumns`, and embed the foreign struct in a record",
            "`remote` needs `embed`; write `#[diesel(embed)]` beside it",
            "`key` needs `embed`; name the column of a plain field with `#[diesel(primary_key(shop, item))]` on the struct",
            "the key lies in `a` already; keep `key` on either `a` or `b`",
            "the key lies in `a` already; keep `key` on either `a` or `c`",
            "`primary_key` does not go with `key`; write it on the embedded struct",
        ]
    );
}

#[test]
fn options_say_which_none_is_null() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            title: Option<Option<String>>,
            body: std::option::Option<core::option::Option<String>>,
            #[diesel(treat_none_as_null = true)]
            subtitle: Option<Option<String>>,
            #[diesel(treat_none_as_null = false)]
            skipped: Option<Option<String>>,
            #[diesel(skip_update)]
            unwritten: Option<Option<String>>,
            #[diesel(serialize_as = Text)]
            converted: Option<Option<String>>,
            one: Option<Vec<Option<String>>>,
            #[concurrent(version)]
            version: i64,
        }
    };
    let message = "`Option<Option<...>>` has two kinds of `None`; write `#[diesel(treat_none_as_null = false)]`: then `None` \
                   leaves the column as it is, and `Some(None)` writes NULL";
    assert_eq!(record(&input), [message; 3]);
    let input = parse_quote! {
        #[diesel(treat_none_as_null = false)]
        struct Texts { title: Option<Option<String>> }
    };
    assert_eq!(embedded(&input), [""; 0]);
}

#[test]
fn an_embedded_struct_is_there() {
    let input = parse_quote! {
        struct Texts {
            #[diesel(embed)]
            inner: Option<Inner>,
            #[diesel(embed)]
            #[concurrent(remote = OtherColumns)]
            other: Option<other::Other>,
            #[diesel(embed, skip_update)]
            unwritten: Option<Inner>,
            #[diesel(embed)]
            there: Inner,
        }
    };
    let message = "a field under `embed` cannot be an `Option`, because a save writes each of its columns; write the struct \
                   without `Option` and its nullable fields as `Option<...>`, or add `#[diesel(skip_update)]` to leave it out of \
                   saves";
    assert_eq!(embedded(&input), [message; 2]);
}
