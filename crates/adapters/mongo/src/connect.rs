//! Opens a database, and refuses a server that cannot do what storage needs.

use std::time::Duration;

use basalt_ports::StorageError;
use bson::{Document, doc};
use mongodb::{Client, Database, options::ClientOptions};

/// Where nothing else is said: an operator at the keyboard should not wait for half a minute.
const FIND_A_SERVER_WITHIN: Duration = Duration::from_secs(5);

/// The client, the database that the URL names, and whether the server is a sharded cluster. A
/// `maxPoolSize` in the URL is more particular than `connections`.
pub(crate) async fn connect(url: &str, connections: u32) -> Result<(Client, Database, bool), StorageError> {
    let mut options = ClientOptions::parse(url).await.map_err(StorageError::unavailable)?;
    let name = options.default_database.clone().filter(|name| !name.is_empty());
    let name =
        name.ok_or_else(|| StorageError::unavailable("the URL names no database: expected mongodb://HOST/DATABASE"))?;
    options.app_name.get_or_insert_with(|| "basalt".into());
    options.server_selection_timeout.get_or_insert(FIND_A_SERVER_WITHIN);
    options.max_pool_size.get_or_insert(connections.max(1));
    let client = Client::with_options(options).map_err(StorageError::unavailable)?;
    let database = client.database(&name);
    let hello = database.run_command(doc! { "hello": 1 }).await.map_err(StorageError::unavailable)?;
    let sharded = hello.get_str("msg").is_ok_and(|message| message == "isdbgrid");
    if !sharded && !has_replica_set(&hello) {
        return Err(StorageError::unavailable(
            "this MongoDB server has no transactions: start it as a replica set, of one node is enough \
             (mongod --replSet rs0, then rs.initiate() once)",
        ));
    }
    Ok((client, database, sharded))
}

fn has_replica_set(hello: &Document) -> bool {
    hello.get_str("setName").is_ok()
}
