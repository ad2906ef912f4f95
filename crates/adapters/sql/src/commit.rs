//! Change sets as one transaction, tried again where others were in its way.

use std::{sync::Arc, time::Duration};

use basalt_ports::{ChangeSet, StorageError};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult, TransactionTrait};

use crate::{
    SqlStorage,
    connect::Place,
    dialect::Dialect,
    error::{Failure, Fault, failed},
    plan::{Plan, Run},
};

/// How often a set is tried when other transactions are in its way.
const ATTEMPTS: u32 = 10;

/// Applies all changes or none.
pub(crate) async fn commit(storage: &SqlStorage, changes: &ChangeSet) -> Result<(), StorageError> {
    let plan = Arc::new(Plan::new(storage, changes)?);
    let Some(mut last) = plan.stale() else { return Ok(()) };
    for attempt in 0..ATTEMPTS {
        let done = match &storage.place {
            Place::File(file) => file.writer.commit(&plan).await,
            Place::Server(connections) => {
                let task = on_server(storage.dialect, connections.clone(), Arc::clone(&plan));
                // Begun, it goes on to its end, as on a file: sqlx can lose a connection whose
                // transaction is dropped between two statements.
                tokio::spawn(task).await.map_err(StorageError::unavailable)?
            }
        };
        match done {
            Ok(()) => return Ok(()),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Conflicting(error)) => last = error,
            Err(Failure::Again(error)) => tracing::debug!(%error, attempt, "transaction is tried again"),
        }
        // Not all at the same moment.
        let spread = storage.first_version().unsigned_abs() % (8 << attempt.min(5));
        tokio::time::sleep(Duration::from_millis(1 + spread)).await;
    }
    Err(last)
}

async fn on_server(dialect: Dialect, connections: DatabaseConnection, plan: Arc<Plan>) -> Result<(), Failure> {
    let transaction = connections.begin().await.map_err(failed)?;
    match statements(dialect, &transaction, &plan).await {
        Ok(()) => transaction.commit().await.map_err(failed),
        Err(failure) => {
            if let Err(error) = transaction.rollback().await {
                tracing::warn!(%error, "transaction was not rolled back");
            }
            Err(failure)
        }
    }
}

async fn statements(dialect: Dialect, transaction: &DatabaseTransaction, plan: &Plan) -> Result<(), Failure> {
    let record = |row: QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?));
    let mut run = Run::new(plan);
    for mut read in run.reads() {
        let values = std::mem::take(&mut read.command.values);
        let rows =
            transaction.query_all_raw(dialect.statement(read.command.sql.as_ref(), values)).await.map_err(failed)?;
        let found = rows.into_iter().map(record).collect::<Result<_, DbErr>>().map_err(failed)?;
        run.know(&read, found)?;
    }
    for mut read in run.part_reads() {
        let values = std::mem::take(&mut read.command.values);
        let rows =
            transaction.query_all_raw(dialect.statement(read.command.sql.as_ref(), values)).await.map_err(failed)?;
        run.know_parts(read, rows.into_iter().map(record).collect::<Result<_, DbErr>>().map_err(failed)?);
    }
    for (command, must) in run.writes()? {
        let done = transaction.execute_raw(dialect.statement(command.sql, command.values)).await;
        must.judge(done.map(|done| done.rows_affected()).map_err(Fault::from))?;
    }
    Ok(())
}
