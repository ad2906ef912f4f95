//! The clock and the ids of a running portal.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::{Clock, IdSource};
use rand::{TryRng, rngs::SysRng};
use uuid::Uuid;

/// The time of the machine.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Ids as MongoDB drivers make them: seconds, 5 random bytes of this process, a counter.
#[derive(Debug)]
pub struct RandomIds {
    process: [u8; 5],
    counter: AtomicU32,
}

impl Default for RandomIds {
    fn default() -> Self {
        let (mut process, mut counter) = ([0_u8; 5], [0_u8; 4]);
        fill(&mut process);
        fill(&mut counter);
        Self { process, counter: AtomicU32::new(u32::from_be_bytes(counter)) }
    }
}

impl IdSource for RandomIds {
    fn object_id(&self) -> ObjectId {
        let seconds = u32::try_from(SystemClock.now().millis() / 1000).unwrap_or(u32::MAX);
        let [s0, s1, s2, s3] = seconds.to_be_bytes();
        let [p0, p1, p2, p3, p4] = self.process;
        let [_, c0, c1, c2] = self.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        ObjectId::from_bytes([s0, s1, s2, s3, p0, p1, p2, p3, p4, c0, c1, c2])
    }

    fn uuid(&self) -> Uuid {
        let mut bytes = [0_u8; 16];
        fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn secret(&self, bytes: &mut [u8]) {
        fill(bytes);
    }
}

/// Random bytes of the operating system.
///
/// Panics when it has none: a portal that cannot make secrets must not run. It is called first when
/// the portal starts ([`RandomIds::default`]), long before any request.
fn fill(bytes: &mut [u8]) {
    #[expect(clippy::panic, reason = "without randomness there is no safe way on")]
    if let Err(error) = SysRng.try_fill_bytes(bytes) {
        panic!("the operating system gives no random bytes: {error}");
    }
}
