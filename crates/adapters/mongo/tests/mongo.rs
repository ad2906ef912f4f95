//! The contract of storage on MongoDB. Needs BASALT_TEST_MONGO_URL, see `support`.

mod support;

use support::fresh_mongo;

basalt_contract::storage_contract!(fresh_mongo);
