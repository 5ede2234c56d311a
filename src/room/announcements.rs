//! What a room says of its members: who joined, left or changed their name, and who is there. Pure.
//!
//! A crowd that comes is one sentence and one list, and not one of each for everyone.

use super::{members::Renamed, text::Name};
use std::time::{Duration, Instant};

/// The time between two announcements: the contract allows two a second.
const INTERVAL: Duration = Duration::from_millis(500);
/// In a large room they are further apart, so long for each member: a list of all names to all
/// members grows with the square of their number.
const INTERVAL_PER_MEMBER: Duration = Duration::from_millis(5);

/// The names that a sentence has; it counts the others.
const MAX_NAMES: usize = 3;

/// What is to be announced.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    joined: Vec<Name>,
    left: Vec<Name>,
    renamed: Vec<Renamed>,
    /// Who is there has changed, of which there may be no sentence.
    has_changed: bool,
    /// None comes before this.
    next: Option<Instant>,
}

impl Announcements {
    pub(super) fn joined(&mut self, name: Name) {
        self.has_changed = true;
        self.joined.push(name);
    }

    /// Somebody is there of whom nobody is told.
    pub(super) fn came_silently(&mut self) {
        self.has_changed = true;
    }

    pub(super) fn left(&mut self, name: Name) {
        self.has_changed = true;
        // Who came and went in the meantime was not there.
        if let Some(at) = self.joined.iter().position(|joined| *joined == name) {
            self.joined.remove(at);
            return;
        }
        // The others know it by the name before.
        let renamed = self.renamed.iter().position(|renamed| renamed.to == name);
        let known = renamed.map(|at| self.renamed.remove(at).from);
        self.left.push(known.unwrap_or(name));
    }

    pub(super) fn renamed(&mut self, renamed: Renamed) {
        self.has_changed = true;
        if let Some(joined) = self.joined.iter_mut().find(|name| **name == renamed.from) {
            *joined = renamed.to;
            return;
        }
        match self
            .renamed
            .iter_mut()
            .find(|before| before.to == renamed.from)
        {
            Some(before) => before.to = renamed.to,
            None => self.renamed.push(renamed),
        }
    }

    /// When there is something to announce; `None` if there is nothing.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        self.has_changed.then(|| self.next.unwrap_or(now))
    }

    /// The sentences that are due, in a room of so many; `None` if nothing is to be announced now.
    pub(super) fn take_due(&mut self, now: Instant, members: usize) -> Option<Vec<String>> {
        if self.due(now)? > now {
            return None;
        }
        let members = u32::try_from(members).unwrap_or(u32::MAX);
        let interval = INTERVAL.max(INTERVAL_PER_MEMBER * members);
        let due = std::mem::take(self);
        self.next = Some(now + interval);
        let renamed = due
            .renamed
            .into_iter()
            .filter(|renamed| renamed.from != renamed.to);
        let joined = sentence(&due.joined, "joined");
        let left = sentence(&due.left, "left");
        let renamed = sentences_of_renamed(&renamed.collect::<Vec<_>>());
        Some(joined.into_iter().chain(left).chain(renamed).collect())
    }
}

/// "Ann, Ben and 12 more joined"; `None` of nobody.
fn sentence(names: &[Name], verb: &str) -> Option<String> {
    let shown = if names.len() > MAX_NAMES {
        MAX_NAMES - 1
    } else {
        names.len()
    };
    let mut words: Vec<_> = names.iter().take(shown).map(Name::to_string).collect();
    if names.len() > shown {
        words.push(format!("{} more", names.len() - shown));
    }
    let (last, before) = words.split_last()?;
    Some(match before {
        [] => format!("{last} {verb}"),
        before => format!("{} and {last} {verb}", before.join(", ")),
    })
}

fn sentences_of_renamed(renamed: &[Renamed]) -> Vec<String> {
    if renamed.len() > MAX_NAMES {
        return vec![format!("{} changed their names", renamed.len())];
    }
    let sentence = |renamed: &Renamed| format!("{} is now {}", renamed.from, renamed.to);
    renamed.iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn renamed(from: &str, to: &str) -> Renamed {
        Renamed {
            from: name(from),
            to: name(to),
        }
    }

    fn after(texts: &[&str]) -> Announcements {
        let mut announcements = Announcements::default();
        texts
            .iter()
            .for_each(|text| announcements.joined(name(text)));
        announcements
    }

    fn sentences(mut announcements: Announcements) -> Vec<String> {
        announcements
            .take_due(Instant::now(), 1)
            .unwrap_or_default()
    }

    #[test]
    fn the_first_is_announced_at_once_and_the_next_with_others() {
        let start = Instant::now();
        let mut announcements = after(&["Ann"]);
        assert_eq!(
            announcements.take_due(start, 1),
            Some(vec!["Ann joined".to_owned()])
        );
        assert_eq!(announcements.take_due(start, 1), None, "nothing happened");
        announcements.joined(name("Ben"));
        assert_eq!(announcements.take_due(start, 2), None, "it is too early");
        announcements.left(name("Ann"));
        assert_eq!(announcements.due(start), Some(start + INTERVAL));
        let later = announcements.take_due(start + INTERVAL, 2);
        assert_eq!(
            later,
            Some(vec!["Ben joined".to_owned(), "Ann left".to_owned()])
        );
    }

    #[test]
    fn a_large_room_is_told_less_often() {
        let start = Instant::now();
        let mut announcements = after(&["Ann"]);
        announcements.take_due(start, 500);
        announcements.joined(name("Ben"));
        assert_eq!(
            announcements.due(start),
            Some(start + Duration::from_millis(2_500))
        );
    }

    #[test]
    fn a_crowd_is_one_sentence() {
        assert_eq!(sentences(after(&["Ann", "Ben"])), ["Ann and Ben joined"]);
        assert_eq!(
            sentences(after(&["Ann", "Ben", "Cy"])),
            ["Ann, Ben and Cy joined"]
        );
        let crowd = sentences(after(&["Ann", "Ben", "Cy", "Di", "Ed"]));
        assert_eq!(crowd, ["Ann, Ben and 3 more joined"]);
    }

    #[test]
    fn who_came_and_went_meanwhile_is_not_announced() {
        let mut announcements = after(&["Ann"]);
        announcements.left(name("Ann"));
        assert_eq!(announcements.take_due(Instant::now(), 1), Some(Vec::new()));
    }

    #[test]
    fn names_are_those_of_the_end() {
        let mut announcements = after(&["Ann"]);
        announcements.renamed(renamed("Ann", "Ben"));
        announcements.renamed(renamed("Cy", "Di"));
        announcements.renamed(renamed("Di", "Ed"));
        announcements.renamed(renamed("Fay", "Gil"));
        announcements.renamed(renamed("Gil", "Fay"));
        assert_eq!(sentences(announcements), ["Ben joined", "Cy is now Ed"]);
        let mut many = Announcements::default();
        for n in 0..4 {
            many.renamed(renamed(&format!("Reader {n}"), &format!("Other {n}")));
        }
        assert_eq!(sentences(many), ["4 changed their names"]);
    }

    #[test]
    fn who_leaves_with_a_new_name_leaves_by_the_old_one() {
        let mut announcements = Announcements::default();
        announcements.renamed(renamed("Ann", "Ben"));
        announcements.left(name("Ben"));
        assert_eq!(sentences(announcements), ["Ann left"]);
    }

    #[test]
    fn who_came_back_changes_the_list_and_is_no_sentence() {
        let mut announcements = Announcements::default();
        announcements.came_silently();
        assert_eq!(announcements.take_due(Instant::now(), 1), Some(Vec::new()));
    }
}
