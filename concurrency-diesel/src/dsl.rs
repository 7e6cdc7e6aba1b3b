#![expect(missing_docs, reason = "written next")]
//! `ConcurrentDsl`: the methods users call. Each is one line, the work is done in `save`, `unchecked` and `load`.

use diesel::AsChangeset;
use diesel::connection::LoadConnection;
use diesel::query_builder::QueryFragment;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::Error;
use crate::load::LoadableOn;
use crate::statement::{Committed, ForUpdate};
use crate::{save, unchecked};

pub trait ConcurrentDsl: Concurrent {
    fn save_concurrent<C>(&mut self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        save::save(self, conn)
    }

    fn save_unchecked<C>(&mut self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        unchecked::save_unchecked(self, conn)
    }

    fn save_without_increment<C>(&mut self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        save::save_without_increment(self, conn)
    }

    fn update_concurrent<U, C>(&self, changes: U, conn: &mut C) -> Result<Self::Version, Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
        U: AsChangeset<Target = Self::Table, Changeset: QueryFragment<C::Backend>>,
    {
        save::update(self, changes, conn)
    }

    fn touch_concurrent<C>(&mut self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        save::touch(self, conn)
    }

    fn delete_concurrent<C>(&self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        save::delete(self, conn)
    }

    fn delete_if_exists<C>(&self, conn: &mut C) -> Result<bool, Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        match save::delete(self, conn) {
            Ok(()) => Ok(true),
            Err(Error::RecordDeleted(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn check_concurrent<C>(&self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        save::check::<_, _, Committed>(self, conn)
    }

    fn lock_concurrent<C>(&self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        save::check::<_, _, ForUpdate>(self, conn)
    }

    fn is_changed<C>(&self, conn: &mut C) -> Result<bool, Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend>,
    {
        match save::check::<_, _, Committed>(self, conn) {
            Ok(()) => Ok(false),
            Err(error) if error.is_conflict() => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn current<C>(&self, conn: &mut C) -> Result<Option<Self>, Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        self.__load(None, conn)
    }

    fn at_version<C>(&self, version: Self::Version, conn: &mut C) -> Result<Option<Self>, Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        self.__load(Some(&version), conn)
    }

    fn reload_concurrent<C>(&mut self, conn: &mut C) -> Result<(), Error>
    where
        C: LoadConnection<Backend: ConcurrencyBackend>,
        Self: ConcurrentOn<C::Backend> + LoadableOn<C>,
    {
        match self.__load(None, conn)? {
            Some(row) => {
                *self = row;
                Ok(())
            }
            None => Err(save::deleted::<_, C>(self)),
        }
    }
}

impl<T: Concurrent> ConcurrentDsl for T {}
