//! What is done once a day, beside answering requests.

use std::time::Duration;

use basalt_app::Services;
use basalt_domain::Timestamp;

use crate::{
    recount,
    settings::{Settings, Site},
};

const DAY_MS: i64 = 86_400_000;
/// When, in milliseconds after midnight (UTC): three o'clock.
const NIGHT_MS: i64 = 10_800_000;

/// Counts by month every night. Several nodes may: who comes later finds little to do.
pub(super) fn start(settings: &Settings, services: &Services) {
    drop(tokio::spawn(forever(settings.site.clone(), services.clone())));
}

async fn forever(site: Site, services: Services) {
    loop {
        tokio::time::sleep(until_night(services.context.now())).await;
        match recount::by_months(&services, &site).await {
            Ok(changed) => tracing::info!(changed, "counted by month"),
            Err(error) => tracing::error!(%error, "counting by month broken off"),
        }
    }
}

fn until_night(now: Timestamp) -> Duration {
    let since = (now.millis() - NIGHT_MS).rem_euclid(DAY_MS);
    Duration::from_millis((DAY_MS - since).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_is_a_day_away_at_most() {
        let wait = |text| until_night(Timestamp::parse(text).unwrap()).as_secs();
        assert_eq!(wait("2026-11-28T02:59:59Z"), 1);
        assert_eq!(wait("2026-11-28T03:00:00Z"), 86_400);
        assert_eq!(wait("2026-11-28T22:00:00Z"), 5 * 3600);
    }
}
