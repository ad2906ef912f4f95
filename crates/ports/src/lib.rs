//! What the use cases need from the world, as traits. Adapters implement them; none is named here.

pub mod analyser;
pub mod cache;
pub mod change;
pub mod clock;
pub mod feed;
pub mod files;
pub mod ids;
pub mod mail;
pub mod page;
pub mod parts;
pub mod pictures;
pub mod raw;
pub mod repo;
pub mod search;
pub mod storage;
pub mod store;
pub mod together;

pub use change::{Change, ChangeSet};
pub use clock::{Clock, FixedClock};
pub use ids::{CountedIds, IdSource};
pub use page::{Page, PageRequest};
pub use parts::{Heads, PartsPage, PartsQuery};
pub use raw::{DecodeError, Raw};
pub use repo::{Repo, Row};
pub use storage::{Query, SortKey, Storage, StorageError, Stored, Version};
pub use store::{Kept, Store};
pub use together::{Ask, Asked};
