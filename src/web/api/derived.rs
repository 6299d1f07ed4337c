//! What pages and lists make of the tables once for each state of the store, so that no request goes through all of
//! them: each kind is known by its type, and lives with the page that needs it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::site::Site;
use super::tables::Tables;
use crate::store::QueryError;

/// Something that is made of the tables.
pub(in crate::web) trait Derived: Send + Sync + Sized + 'static {
    /// Reads the tables that it is made of. Whoever asks waits for them within its own limits.
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError>;

    /// Makes it, of tables that have been read.
    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError>;
}

/// What has been made of tables.
#[derive(Default)]
pub(super) struct Made(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

/// Where one thing stands when it has been made; held by the one that makes it.
type Slot<T> = Mutex<Option<Arc<T>>>;

impl Tables {
    /// What is made of these tables, made if it has not been.
    pub(in crate::web) fn derived<T: Derived>(&self, site: &Site) -> Result<Arc<T>, QueryError> {
        T::read(site, self)?;
        let slot = {
            let mut made = self.made.0.lock().unwrap_or_else(PoisonError::into_inner);
            let empty = || Arc::new(Slot::<T>::default()) as Arc<dyn Any + Send + Sync>;
            Arc::clone(made.entry(TypeId::of::<T>()).or_insert_with(empty))
        };
        let slot = slot.downcast_ref::<Slot<T>>().expect("each type has a slot of its own");
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            Some(made) => Ok(Arc::clone(made)),
            None => Ok(Arc::clone(slot.insert(Arc::new(T::derive(site, self)?)))),
        }
    }
}
