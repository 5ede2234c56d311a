//! Rooms in whatever order things happen.

use super::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Pages come and go, send and read, while the storage fails now and then and another process
/// writes too. All is in the order of a seed.
async fn simulate(seed: u64) {
    const STEPS: usize = 300;
    let mut random = StdRng::seed_from_u64(seed);
    let storage = Messages::new();
    let mut hub = start(&storage);
    let other = start(&storage);
    let foreign = join(&other, "a", "Foreign", None).await;
    let mut pages: Vec<_> = (0..4)
        .map(|n| Page::new("a", "Reader", Some(n + 1)))
        .collect();
    let mut shown_most = 0;
    for step in 0..STEPS {
        let page = random.random_range(0..pages.len());
        let page = &mut pages[page];
        match random.random_range(0..100) {
            0..30 if page.member.is_some() => page.say(&format!("{step}"), Some(step as u128)),
            30..60 => drop(page.take()),
            60..64 => page.member = None,
            64..66 => page.member.take().into_iter().for_each(Member::leave),
            66..78 => page.connect(&hub).await,
            78..82 => foreign.say(&format!("foreign {step}"), None),
            82..84 => *lock(&storage.fault) = Fault::Fails,
            84..85 => *lock(&storage.fault) = Fault::FailsAfterwards,
            85..87 => *lock(&storage.fault) = Fault::HidesThem,
            87..90 => *lock(&storage.fault) = Fault::None,
            90..91 => {
                hub.stop(Duration::from_secs(9)).await;
                pages.iter_mut().for_each(|page| page.member = None);
                hub = start(&storage);
            }
            91..99 => sleep(Duration::from_millis(random.random_range(1..200))).await,
            _ => sleep(Duration::from_secs(random.random_range(1..90))).await,
        }
        // Nobody ever sees what is not stored.
        let stored = storage.texts(&slug("a"));
        for page in &pages {
            let texts: Vec<_> = page.said.iter().map(|(_, text)| text.clone()).collect();
            assert_eq!(texts, stored[..texts.len()], "seed {seed}, step {step}");
            shown_most = shown_most.max(texts.len());
        }
    }
    *lock(&storage.fault) = Fault::None;
    sleep(Duration::from_secs(2)).await;
    for page in &mut pages {
        page.connect(&hub).await;
        assert_eq!(
            page.texts(),
            storage.texts(&slug("a")),
            "seed {seed}, at the end"
        );
    }
    assert!(shown_most > 0, "seed {seed} shows something");
    drop(pages);
    sleep(RESUME_TIMEOUT * 2).await;
    assert_eq!(hub.rooms(), 0, "seed {seed}");
}

#[tokio::test(start_paused = true)]
async fn in_whatever_order_things_happen_every_page_gets_every_message_once() {
    for seed in 0..50 {
        simulate(seed).await;
    }
}
