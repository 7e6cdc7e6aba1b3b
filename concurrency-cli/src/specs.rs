//! Makes triggers from models: one for each table and version column, even if several structs use them. This file
//! writes no SQL.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use concurrency_diesel::triggers::TriggerSpec;

use crate::source::{Mistake, ModelTable};

/// The triggers that the models want, in the order of their tables.
pub(crate) fn of(models: &[ModelTable]) -> Result<Vec<TriggerSpec>, Vec<Mistake>> {
    let mut wanted: BTreeMap<_, (&ModelTable, TriggerSpec)> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for model in models {
        match wanted.entry((&model.schema, &model.table, &model.version)) {
            Entry::Vacant(vacant) => {
                vacant.insert((model, spec_of(model)));
            }
            Entry::Occupied(occupied) => mistakes.extend(disagreement(occupied.get(), model)),
        }
    }
    let wanted: Vec<_> = wanted.into_values().collect();
    mistakes.extend(shared_names(&wanted));
    if mistakes.is_empty() { Ok(wanted.into_iter().map(|(_, spec)| spec).collect()) } else { Err(mistakes) }
}

fn spec_of(model: &ModelTable) -> TriggerSpec {
    let mut spec = TriggerSpec::new(&model.table, &model.key, &model.version);
    if let Some(schema) = &model.schema {
        spec = spec.in_schema(schema);
    }
    if let Some(name) = &model.trigger_name {
        spec = spec.named(name);
    }
    spec
}

/// Two structs for one table share a trigger only if they want the same one.
fn disagreement((first, spec): &(&ModelTable, TriggerSpec), model: &ModelTable) -> Option<Mistake> {
    let other = spec_of(model);
    let both = |what: &str, of_first: &str, of_model: &str| {
        let message = format!(
            "structs `{}` ({}) and `{}` stand for one table and want one trigger, but {what} is {of_first} for one and {of_model} for the other; \
             write the same on both",
            first.model, first.place, model.model
        );
        Mistake::new(model.place.clone(), message)
    };
    if spec.name() != other.name() {
        Some(both("`trigger_name`", &format!("`{}`", spec.name()), &format!("`{}`", other.name())))
    } else if spec.key() != other.key() {
        Some(both("`primary_key`", &format!("({})", spec.key().join(", ")), &format!("({})", other.key().join(", "))))
    } else {
        None
    }
}

/// No engine has two triggers (PostgreSQL: functions) of the same name in one schema, and some engines consider `A` and
/// `a` the same name.
fn shared_names(wanted: &[(&ModelTable, TriggerSpec)]) -> Vec<Mistake> {
    let (mut names, mut mistakes) = (BTreeMap::new(), Vec::new());
    for (model, spec) in wanted {
        match names.entry((&model.schema, spec.name().to_lowercase())) {
            Entry::Vacant(vacant) => {
                vacant.insert(*model);
            }
            Entry::Occupied(occupied) => {
                let first = occupied.get();
                let message = format!(
                    "the triggers of `{}` ({}) and `{}` would both be called `{}`; \
                     name one of them with `#[concurrent(trigger_name = \"…\")]`",
                    first.full_name(),
                    first.place,
                    model.full_name(),
                    spec.name()
                );
                mistakes.push(Mistake::new(model.place.clone(), message));
            }
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Place;

    fn model(model: &str, table: &str) -> ModelTable {
        ModelTable {
            model: model.to_owned(),
            place: Place { file: Path::new("src/models.rs").to_owned(), line: Some(model.len()) },
            schema: None,
            table: table.to_owned(),
            key: vec!["id".to_owned()],
            version: "version".to_owned(),
            trigger_name: None,
        }
    }

    fn message(models: &[ModelTable]) -> String {
        let mistakes = of(models).unwrap_err();
        assert_eq!(mistakes.len(), 1);
        mistakes[0].to_string()
    }

    #[test]
    fn several_structs_for_one_table_make_one_trigger() {
        let models = [model("Post", "posts"), model("Article", "articles"), model("TitleForm", "articles")];
        let expected = ["articles", "posts"].map(|table| TriggerSpec::new(table, ["id"], "version"));
        assert_eq!(of(&models), Ok(expected.to_vec()));
    }

    #[test]
    fn structs_for_one_table_must_agree() {
        let named = ModelTable { trigger_name: Some("bump".to_owned()), ..model("Form", "articles") };
        assert_eq!(
            message(&[model("Article", "articles"), named]),
            "src/models.rs:4: structs `Article` (src/models.rs:7) and `Form` stand for one table and want one trigger, but \
             `trigger_name` is `concurrency_articles_version` for one and `bump` for the other; write the same on both"
        );
        let keyed = ModelTable { key: vec!["slug".to_owned(), "id".to_owned()], ..model("Form", "articles") };
        assert_eq!(
            message(&[model("Article", "articles"), keyed]),
            "src/models.rs:4: structs `Article` (src/models.rs:7) and `Form` stand for one table and want one trigger, but \
             `primary_key` is (id) for one and (slug, id) for the other; write the same on both"
        );
    }

    #[test]
    fn two_tables_cannot_have_triggers_of_one_name() {
        let named = |model| ModelTable { trigger_name: Some("Bump".to_owned()), ..model };
        let small = ModelTable { trigger_name: Some("bump".to_owned()), ..model("Post", "posts") };
        assert_eq!(
            message(&[named(model("Article", "articles")), small]),
            "src/models.rs:4: the triggers of `articles` (src/models.rs:7) and `posts` would both be called `bump`; \
             name one of them with `#[concurrent(trigger_name = \"…\")]`"
        );
        let elsewhere = ModelTable { schema: Some("shop".to_owned()), ..named(model("Item", "items")) };
        assert_eq!(of(&[named(model("Article", "articles")), elsewhere]).unwrap().len(), 2);
    }
}
