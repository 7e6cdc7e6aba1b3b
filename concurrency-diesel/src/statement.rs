//! The statements as Diesel query fragments. `outcome` interprets what comes back.
//!
//! Each kind of statement has a `QueryId` of its own, made of zero-sized types, so that Diesel prepares it once per
//! connection and finds it again without building its text.

/// Makes a piece of a statement `Copy` whatever its types are, because it holds only references and types.
macro_rules! copy_whatever {
    ([$($generic:tt)*] $piece:ty) => {
        impl<$($generic)*> Clone for $piece {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($generic)*> Copy for $piece {}
    };
}

pub(crate) mod bulk;
mod changed;
mod columns;
mod delete;
#[cfg(feature = "edit-lock")]
pub(crate) mod edit_lock;
mod last_insert_id;
mod select;
mod selection;
mod set_version;
mod source;
mod table;
mod turning;
mod update;
mod where_version;

pub(crate) use changed::SelectUnchanged;
pub(crate) use delete::Delete;
pub(crate) use last_insert_id::{LastInsertId, note_refusal};
#[cfg(feature = "testing")]
pub(crate) use select::SelectDatabase;
pub(crate) use select::{Committed, ForUpdate, Lock, SelectChanges, SelectRecord, SelectStored, SelectVersion};
pub(crate) use selection::{EveryColumn, Selection, SomeColumns};
pub(crate) use source::Source;
pub(crate) use table::{EngineQuestion, ShowTable, TableQuestion};
pub(crate) use turning::{Deletes, SelectRelation, SelectTurning, SelectUnwritten, Updates, Write};
pub(crate) use update::{Changes, ReturningVersion, Update};
