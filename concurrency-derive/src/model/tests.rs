//! How correct structs are read. `check/tests.rs` has the errors for wrong ones.

use quote::ToTokens;

use super::*;
use crate::check::check;

/// The model, one line for each part; or the mistakes.
fn described(input: &DeriveInput, derive: Derive) -> Vec<String> {
    let mut errors = Errors::default();
    let model = Model::from_input(input, derive, &mut errors);
    check(&model, &mut errors);
    if let Err(error) = errors.finish() {
        return error.into_iter().map(|error| format!("error: {error}")).collect();
    }
    let mut lines = vec![format!("table {}", text(&model.table))];
    lines.extend(model.key.iter().map(|column| format!("key {}", describe(column))));
    lines.extend(model.version.iter().map(|version| {
        let Version { field, ty, column, marker } = version;
        let marker = marker.as_ref().map_or_else(|| "counted".to_owned(), text);
        format!("version {field}: {} -> {column}, {marker}", text(ty))
    }));
    lines.extend(model.columns.iter().map(describe));
    lines
}

fn describe(column: &Column<'_>) -> String {
    let Column { field, ty, column, form, merge } = column;
    let form = match form {
        Form::Plain => "plain".to_owned(),
        Form::Skippable { inner } => format!("skippable {}", text(inner)),
        Form::Serialized { into, inner: None } => format!("into {}", text(into)),
        Form::Serialized { into, inner: Some(inner) } => {
            format!("skippable {} into {}", text(inner), text(into))
        }
        Form::Embedded { columns } => format!("embedded by {}", text(columns)),
    };
    let merge = match merge {
        None => "",
        Some(MergePolicy::Mine) => ", merge mine",
        Some(MergePolicy::Theirs) => ", merge theirs",
        Some(MergePolicy::Max) => ", merge max",
        Some(MergePolicy::Min) => ", merge min",
        Some(MergePolicy::Sum) => ", merge sum",
        Some(MergePolicy::Set) => ", merge set",
        Some(MergePolicy::Text) => ", merge text",
        Some(MergePolicy::Function(path)) => &format!(", merge {}", text(path)),
    };
    format!("{field}: {} -> {column}, {form}{merge}", text(ty))
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

#[test]
fn everything_has_a_default() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            title: String,
            body: Option<String>,
            #[concurrent(version)]
            version: i64,
        }
    };
    let expected = [
        "table articles",
        "key id: i64 -> id, plain",
        "version version: i64 -> version, counted",
        "title: String -> title, plain",
        "body: Option<String> -> body, plain",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn the_crate_is_named_absolutely_unless_told_otherwise() {
    let krate = |input: &DeriveInput| {
        let mut errors = Errors::default();
        let krate = text(&Model::from_input(input, Derive::ConcurrentColumns, &mut errors).krate);
        assert!(errors.finish().is_ok());
        krate
    };
    assert_eq!(
        krate(&parse_quote!(
            struct Names {}
        )),
        "::concurrency_diesel"
    );
    let elsewhere = parse_quote! {
        #[concurrent(crate = "crate::reexported::occ")]
        struct Names {}
    };
    assert_eq!(krate(&elsewhere), "crate::reexported::occ");
}

#[test]
fn a_key_keeps_its_own_order_and_is_never_skipped() {
    let input = parse_quote! {
        #[diesel(table_name = crate::schema::stock, primary_key(shop, item))]
        #[diesel(treat_none_as_null = false)]
        struct Stock<'a> {
            #[diesel(serialize_as = ItemId, skip_update)]
            item: Option<i64>,
            #[diesel(column_name = shop)]
            shop_name: Cow<'a, str>,
            count: i32,
            #[concurrent(version = concurrency_diesel::TriggerVersionField)]
            v: Option<i64>,
        }
    };
    let expected = [
        "table crate::schema::stock",
        "key shop_name: Cow<'a,str> -> shop, plain",
        "key item: Option<i64> -> item, into ItemId",
        "version v: Option<i64> -> v, concurrency_diesel::TriggerVersionField",
        "count: i32 -> count, plain",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn a_column_takes_one_of_the_forms() {
    let input = parse_quote! {
        #[diesel(treat_none_as_null = false)]
        struct Article {
            id: i64,
            title: String,
            body: std::option::Option<String>,
            #[diesel(treat_none_as_null = true)]
            summary: Option<String>,
            #[diesel(serialize_as = Json)]
            tags: Vec<String>,
            #[diesel(serialize_as = Json<'static, u8>)]
            links: Option<Vec<String>>,
            #[diesel(embed)]
            names: Names,
            #[diesel(skip_update)]
            created: i64,
            #[concurrent(version = my::Field<i64>)]
            version: i64,
        }
    };
    let expected = [
        "table articles",
        "key id: i64 -> id, plain",
        "version version: i64 -> version, my::Field<i64>",
        "title: String -> title, plain",
        "body: std::option::Option<String> -> body, skippable String",
        "summary: Option<String> -> summary, plain",
        "tags: Vec<String> -> tags, into Json",
        "links: Option<Vec<String>> -> links, skippable Vec<String> into Json<'static,u8>",
        "names: Names -> names, embedded by Names",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn none_writes_null_unless_told_otherwise() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            body: Option<String>,
            #[diesel(treat_none_as_null = false)]
            summary: Option<String>,
            #[concurrent(version)]
            version: i64,
        }
    };
    let expected = [
        "table articles",
        "key id: i64 -> id, plain",
        "version version: i64 -> version, counted",
        "body: Option<String> -> body, plain",
        "summary: Option<String> -> summary, skippable String",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn keywords_are_names_too() {
    let input = parse_quote! {
        #[diesel(table_name = r#match, primary_key(r#type))]
        struct Match {
            r#type: i64,
            #[diesel(column_name = r#fn)]
            function: i64,
            #[diesel(column_name = "where")]
            place: i64,
            #[diesel(column_name = "plain")]
            quoted: i64,
            #[concurrent(version)]
            r#mod: i64,
        }
    };
    let expected = [
        "table r#match",
        "key r#type: i64 -> r#type, plain",
        "version r#mod: i64 -> r#mod, counted",
        "function: i64 -> r#fn, plain",
        "place: i64 -> r#where, plain",
        "quoted: i64 -> plain, plain",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn other_options_of_diesel_are_passed_over() {
    let input = parse_quote! {
        #[diesel(belongs_to(User, foreign_key = author), table_name = posts, check_for_backend(diesel::pg::Pg))]
        #[diesel(sql_type = Foo<A, B>, primary_key(key), mysql_type(name = "a, b"))]
        #[diesel(base_query = posts::table.filter(a < b), treat_none_as_null = false)]
        #[diesel]
        #[serde(rename_all = "camelCase")]
        struct Article {
            #[diesel(select_expression = a::b.eq("x, y"), column_name = key)]
            id: i64,
            #[diesel(select_expression_type = dsl::Eq<a, fn(b) -> c, d>, column_name = heading)]
            title: String,
            #[diesel(select_expression = a < b, skip_update)]
            is_long: bool,
            #[diesel(deserialize_as = Vec<Vec<u8>>, column_name = text,)]
            body: Option<String>,
            #[concurrent(version)]
            #[diesel(an_option_of_tomorrow, column_name = v, sql_type = BigInt)]
            version: i64,
        }
    };
    let expected = [
        "table posts",
        "key id: i64 -> key, plain",
        "version version: i64 -> v, counted",
        "title: String -> heading, plain",
        "body: Option<String> -> text, skippable String",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn a_field_that_is_not_written_may_read_what_another_writes() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            title: String,
            #[diesel(column_name = title, skip_update)]
            loaded_title: String,
            #[concurrent(version)]
            version: i64,
        }
    };
    let expected = [
        "table articles",
        "key id: i64 -> id, plain",
        "version version: i64 -> version, counted",
        "title: String -> title, plain",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn key_and_version_are_enough() {
    let input = parse_quote! {
        struct Touch { id: i64, #[concurrent(version)] version: i64 }
    };
    let expected = ["table touchs", "key id: i64 -> id, plain", "version version: i64 -> version, counted"];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn an_embedded_struct_has_no_version_and_does_not_write_its_key() {
    let input = parse_quote! {
        #[diesel(table_name = articles)]
        #[concurrent(crate = "occ")]
        struct Texts {
            id: i64,
            title: String,
            #[diesel(embed)]
            more: More,
        }
    };
    let expected = [
        "table articles",
        "key id: i64 -> id, plain",
        "title: String -> title, plain",
        "more: More -> more, embedded by More",
    ];
    assert_eq!(described(&input, Derive::ConcurrentColumns), expected);
}

#[test]
fn conditional_and_trigger_fields_keep_their_options() {
    let input: DeriveInput = parse_quote! {
        #[concurrent(ignore_fields(views, r#type))]
        #[concurrent(trigger_name = "bump", record_name = "old_articles")]
        struct Article { id: i64, title: String, views: i64, r#type: i64, #[concurrent(version)] version: i64 }
    };
    let mut errors = Errors::default();
    let Options { check_fields, ignore_fields, trigger_name, record_name } =
        Model::from_input(&input, Derive::Concurrent, &mut errors).options;
    assert!(errors.finish().is_ok());
    assert!(check_fields.is_none());
    assert_eq!(ignore_fields.unwrap().value, ["views", "r#type"]);
    assert_eq!(trigger_name.unwrap().value.value(), "bump");
    assert_eq!(record_name.unwrap().value.value(), "old_articles");
}

#[test]
fn a_foreign_struct_is_embedded_by_the_one_that_describes_it() {
    let input = parse_quote! {
        #[diesel(table_name = groups)]
        struct VersionedGroup {
            #[diesel(embed)]
            #[concurrent(remote = GroupColumns<i32>, key)]
            group: other::Group,
            #[concurrent(version)]
            version: i64,
        }
    };
    let expected = [
        "table groups",
        "key group: other::Group -> group, embedded by GroupColumns<i32>",
        "version version: i64 -> version, counted",
        "group: other::Group -> group, embedded by GroupColumns<i32>",
    ];
    assert_eq!(described(&input, Derive::Concurrent), expected);
}

#[test]
fn the_columns_of_a_foreign_struct_hold_its_key() {
    let input = parse_quote! {
        #[diesel(table_name = groups, primary_key(shop, number))]
        #[concurrent(remote = other::Group)]
        struct GroupColumns {
            number: i32,
            shop: String,
            name: String,
        }
    };
    let expected = [
        "table groups",
        "key shop: String -> shop, plain",
        "key number: i32 -> number, plain",
        "name: String -> name, plain",
    ];
    assert_eq!(described(&input, Derive::ConcurrentColumns), expected);
}

#[test]
fn half_a_key_is_none() {
    let input = parse_quote! {
        #[diesel(table_name = groups, primary_key(shop, number))]
        struct Part {
            number: i32,
            name: String,
        }
    };
    assert_eq!(described(&input, Derive::ConcurrentColumns), ["table groups", "name: String -> name, plain"]);
}

#[test]
fn each_field_has_a_merge_policy_of_its_own() {
    let input = parse_quote! {
        struct Article {
            id: i64,
            #[concurrent(merge = "mine")]
            a: i64,
            #[concurrent(merge = "theirs")]
            b: i64,
            #[concurrent(merge = "max")]
            c: i64,
            #[concurrent(merge = "min")]
            d: i64,
            #[concurrent(merge = "sum")]
            e: i64,
            #[concurrent(merge = "set")]
            g: Vec<i64>,
            #[concurrent(merge = merges::of::<i64>)]
            f: i64,
            #[concurrent(version)]
            version: i64,
        }
    };
    let lines = described(&input, Derive::Concurrent);
    let merges: Vec<_> = lines.iter().filter_map(|line| Some(line.split_once(", merge ")?.1)).collect();
    assert_eq!(merges, ["mine", "theirs", "max", "min", "sum", "set", "merges::of::<i64>"]);
}
