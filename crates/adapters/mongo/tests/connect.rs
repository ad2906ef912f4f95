//! What a connection refuses, by a message that says what to do.

use std::{error::Error, time::Duration};

use basalt_mongo::MongoStorage;
use basalt_ports::StorageError;

async fn reason(url: &str) -> String {
    match MongoStorage::connect(url, 2).await {
        Err(StorageError::Unavailable(source)) => source.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_url_without_database_is_refused() {
    for url in ["mongodb://127.0.0.1:1", "mongodb://127.0.0.1:1/", "mongodb://127.0.0.1:1/?appName=x"] {
        assert!(reason(url).await.contains("names no database"), "{url}");
    }
}

#[tokio::test]
async fn a_url_that_is_none_is_refused() {
    assert!(!reason("mongodb://").await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_soon() {
    let url = "mongodb://127.0.0.1:1/basalt?serverSelectionTimeoutMS=200";
    let error = tokio::time::timeout(Duration::from_secs(5), MongoStorage::connect(url, 2)).await.unwrap().unwrap_err();
    assert!(error.source().is_some(), "{error:?}");
}
