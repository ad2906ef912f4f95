//! New ids and secrets, as a port: tests know every one.

use std::sync::atomic::{AtomicU32, Ordering};

use basalt_domain::ObjectId;
use uuid::Uuid;

/// Makes ids that nobody else makes, and random bytes that nobody can guess.
pub trait IdSource: Send + Sync + 'static {
    /// A new ObjectId.
    fn object_id(&self) -> ObjectId;
    /// A new random UUID.
    fn uuid(&self) -> Uuid;
    /// Fills the buffer with bytes from a secure source.
    fn secret(&self, bytes: &mut [u8]);
}

/// Counts instead: first id 1, then 2, … Secrets are countable too: for tests only.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU32);

impl CountedIds {
    fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl IdSource for CountedIds {
    fn object_id(&self) -> ObjectId {
        let [a, b, c, d] = self.next().to_be_bytes();
        ObjectId::from_bytes([0x65, 0, 0, 0, 0, 0, 0, 0, a, b, c, d])
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.next()) | 0x4000_8000_0000_0000_0000)
    }

    fn secret(&self, bytes: &mut [u8]) {
        let number = self.next().to_be_bytes();
        for (byte, value) in bytes.iter_mut().zip(number.iter().cycle()) {
            *byte = *value;
        }
    }
}
