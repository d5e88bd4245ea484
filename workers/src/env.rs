//! What every handler is given: the services of this process. Refuses to know a kind of job.

use std::sync::Arc;

use datastores::{Datastores, StoredShopTokens};
use partners::{Clients, HttpSetupError};
use platform::Context;
use platform::clock::SharedClock;
use platform::config::WorkersSettings;
use platform::ids::Ids;
use store::crypto::KeyRing;
use store::{ReadStore, Store};

use crate::batch::Batcher;
use crate::maintenance::Maintainer;
use crate::orders::OrderProcessor;

/// The services that handlers use.
#[derive(Debug)]
pub struct WorkerEnv {
    /// PostgreSQL, for writes and look-ups by key.
    pub store: Store,
    /// PostgreSQL, for pages and reports.
    pub reads: ReadStore,
    /// The keys of encrypted columns.
    pub keys: KeyRing,
    /// The current time.
    pub clock: SharedClock,
    /// New ids and random numbers.
    pub ids: Arc<Ids>,
    /// The clients of partners, with the rates that all processes share.
    pub clients: Clients,
    /// The name of this process among the workers.
    pub worker: String,
    /// Processes orders in batches.
    pub orders: Batcher<OrderProcessor>,
    /// Runs the platform's own tasks.
    pub(crate) maintainer: Maintainer,
}

impl WorkerEnv {
    /// Makes the services of the process of that name, over the datastores of its settings.
    ///
    /// # Errors
    /// Fails where TLS for the calls to partners cannot be set up.
    pub fn new(
        worker: String,
        settings: &WorkersSettings,
        datastores: &Datastores,
        context: &Context,
    ) -> Result<Self, HttpSetupError> {
        let store = datastores.store().clone();
        let keys = datastores::key_ring(&settings.encryption);
        let (clock, ids) = (Arc::clone(&context.clock), Arc::clone(&context.ids));
        let processor = OrderProcessor {
            store: store.clone(),
            keys: keys.clone(),
            email_index: datastores::email_index(&settings.email_index),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            worker: worker.clone(),
        };
        let own = &settings.workers;
        let orders = Batcher::start(processor, own.batch_rows_max, own.concurrency, own.batch_pace());
        let maintainer = Maintainer {
            store: store.clone(),
            reads: datastores.reads().clone(),
            retention: settings.retention.clone(),
            shutdown: context.shutdown.clone(),
        };
        let tokens = StoredShopTokens::new(store.clone(), keys.clone(), Arc::clone(&ids));
        let partners = datastores.partners(Arc::clone(&ids));
        let (config, app) = (&settings.partners, &settings.shopify);
        let clients = Clients::new(partners, config, app, Arc::new(tokens), Arc::clone(&clock))?;
        let reads = datastores.reads().clone();
        Ok(Self { store, reads, keys, clock, ids, clients, worker, orders, maintainer })
    }
}
