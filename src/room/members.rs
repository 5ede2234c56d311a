//! Who is in a room. Pure: it is told of sockets and of the time, and knows neither.

use super::text::{Name, NameKeys};
use crate::counter::protocol::ViewId;
use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

/// A page that lost its connection and returns within this time with its view id has never left.
pub(super) const RESUME_TIMEOUT: Duration = Duration::from_secs(60);
/// The most members whose page is awaited. As many as a room admits: whoever comes and goes
/// takes no more memory than a full room.
const MAX_AWAY: usize = super::MAX_MEMBERS;

/// Which member of a room. They rise in the order in which members came.
pub(super) type MemberId = u64;
/// Which socket of the server.
pub(super) type SocketId = u64;

/// The members of one room.
#[derive(Debug, Default)]
pub(super) struct Members {
    members: BTreeMap<MemberId, Member>,
    by_view: HashMap<ViewId, MemberId>,
    taken: TakenNames,
    last: MemberId,
}

#[derive(Debug)]
struct Member {
    name: Name,
    /// What its reader asked to be called, which may have got a number.
    chosen: Name,
    view: Option<ViewId>,
    presence: Presence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Here(SocketId),
    /// Its page lost the connection, and may return until then.
    AwayUntil(Instant),
}

/// Somebody enters.
#[derive(Clone, Debug)]
pub(super) struct JoinRequest {
    /// The name that the reader chose.
    pub(super) name: Name,
    /// Which showing of the page it is, if the page says so.
    pub(super) view: Option<ViewId>,
    /// The page's socket.
    pub(super) socket: SocketId,
}

/// What became of a [`JoinRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JoinOutcome {
    pub(super) member: MemberId,
    pub(super) entrance: Entrance,
}

/// How a member entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    /// Under this name, for the first time.
    Joined(Name),
    /// It was a member. It may have chosen another name meanwhile. A socket that it had is its
    /// no longer.
    Resumed(Option<Renamed>),
}

/// A member has another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Renamed {
    pub(super) from: Name,
    pub(super) to: Name,
}

impl Members {
    /// Adds a member, or gives one that returned its new socket.
    pub(super) fn join(&mut self, request: JoinRequest) -> JoinOutcome {
        let known = request.view.and_then(|view| self.by_view.get(&view));
        if let Some(&member) = known {
            let entrance = self.resume(member, request);
            return JoinOutcome { member, entrance };
        }
        self.last += 1;
        let name = self.taken.take(&request.name);
        if let Some(view) = request.view {
            self.by_view.insert(view, self.last);
        }
        let member = Member {
            name: name.clone(),
            chosen: request.name,
            view: request.view,
            presence: Presence::Here(request.socket),
        };
        self.members.insert(self.last, member);
        JoinOutcome {
            member: self.last,
            entrance: Entrance::Joined(name),
        }
    }

    fn resume(&mut self, id: MemberId, request: JoinRequest) -> Entrance {
        if let Some(member) = self.members.get_mut(&id) {
            member.presence = Presence::Here(request.socket);
        }
        Entrance::Resumed(self.rename(id, request.name))
    }

    /// Gives a member the name that its reader chose. `None` if it keeps its name.
    pub(super) fn rename(&mut self, id: MemberId, chosen: Name) -> Option<Renamed> {
        let member = self.members.get_mut(&id)?;
        if member.chosen == chosen {
            return None;
        }
        self.taken.release(&member.name);
        let to = self.taken.take(&chosen);
        member.chosen = chosen;
        let from = std::mem::replace(&mut member.name, to.clone());
        (from != to).then_some(Renamed { from, to })
    }

    /// The member's connection broke. Its page is awaited if it can say who it is; returns the
    /// names of those who have left for good. A socket that was replaced changes nothing.
    pub(super) fn disconnect(&mut self, id: MemberId, socket: SocketId, now: Instant) -> Vec<Name> {
        match self.members.get_mut(&id) {
            Some(member) if member.presence == Presence::Here(socket) => {
                if member.view.is_none() {
                    return self.remove(id).into_iter().collect();
                }
                member.presence = Presence::AwayUntil(now + RESUME_TIMEOUT);
            }
            _ => return Vec::new(),
        }
        let excess = self.away().count().saturating_sub(MAX_AWAY);
        let mut away: Vec<_> = self.away().collect();
        away.sort_unstable();
        let longest_away = away.into_iter().take(excess);
        longest_away.filter_map(|(_, id)| self.remove(id)).collect()
    }

    /// The member leaves; returns its name. A socket that was replaced changes nothing.
    pub(super) fn leave(&mut self, id: MemberId, socket: SocketId) -> Option<Name> {
        let member = self.members.get(&id)?;
        if member.presence != Presence::Here(socket) {
            return None;
        }
        self.remove(id)
    }

    /// Removes those who were awaited until now; returns their names.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Name> {
        let expired: Vec<_> = self.away().filter(|&(until, _)| until <= now).collect();
        expired
            .into_iter()
            .filter_map(|(_, id)| self.remove(id))
            .collect()
    }

    /// When the next who is awaited is no longer.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.away().map(|(until, _)| until).min()
    }

    /// Whether this socket is the member's.
    pub(super) fn is_here(&self, id: MemberId, socket: SocketId) -> bool {
        let member = self.members.get(&id);
        member.is_some_and(|member| member.presence == Presence::Here(socket))
    }

    /// The name of a member.
    pub(super) fn name(&self, id: MemberId) -> Option<&Name> {
        self.members.get(&id).map(|member| &member.name)
    }

    /// All names, in the order in which their members came.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.members.values().map(|member| &member.name)
    }

    /// How many there are, with those who are awaited.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is nobody, not even somebody who is awaited.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn away(&self) -> impl Iterator<Item = (Instant, MemberId)> {
        self.members
            .iter()
            .filter_map(|(&id, member)| match member.presence {
                Presence::AwayUntil(until) => Some((until, id)),
                Presence::Here(_) => None,
            })
    }

    fn remove(&mut self, id: MemberId) -> Option<Name> {
        let member = self.members.remove(&id)?;
        self.taken.release(&member.name);
        if let Some(view) = member.view {
            self.by_view.remove(&view);
        }
        Some(member.name)
    }
}

/// The names that are in use, by what they are compared by.
#[derive(Debug, Default)]
struct TakenNames {
    folded: HashMap<String, usize>,
    looks: HashMap<String, usize>,
}

impl TakenNames {
    /// Takes this name, or the first with a number that is free.
    fn take(&mut self, name: &Name) -> Name {
        let mut free = name.clone();
        let mut number = 1;
        let keys = loop {
            let keys = free.keys();
            // Of as many as there are names and one more, one is free.
            if self.is_free(&keys) {
                break keys;
            }
            number += 1;
            free = name.with_number(number);
        };
        *self.folded.entry(keys.folded).or_default() += 1;
        *self.looks.entry(keys.looks).or_default() += 1;
        free
    }

    fn is_free(&self, keys: &NameKeys) -> bool {
        !self.folded.contains_key(&keys.folded) && !self.looks.contains_key(&keys.looks)
    }

    fn release(&mut self, name: &Name) {
        let keys = name.keys();
        for (taken, key) in [
            (&mut self.folded, keys.folded),
            (&mut self.looks, keys.looks),
        ] {
            if let Some(count) = taken.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn request(text: &str, view: Option<u128>, socket: SocketId) -> JoinRequest {
        JoinRequest {
            name: name(text),
            view: view.map(ViewId::from_bits),
            socket,
        }
    }

    fn names(members: &Members) -> Vec<&str> {
        members.names().map(Name::as_str).collect()
    }

    #[test]
    fn a_name_that_is_in_the_room_gets_a_number() {
        let mut members = Members::default();
        for (socket, text) in ["Ann", "ann", "\u{410}nn", "Ann 2", "Ben"]
            .into_iter()
            .enumerate()
        {
            members.join(request(text, None, socket as SocketId));
        }
        assert_eq!(
            names(&members),
            ["Ann", "ann 2", "\u{410}nn 3", "Ann 2 2", "Ben"]
        );
    }

    #[test]
    fn a_name_is_free_when_its_member_has_left() {
        let mut members = Members::default();
        let ann = members.join(request("Ann", None, 1)).member;
        assert_eq!(members.leave(ann, 1), Some(name("Ann")));
        assert!(members.is_empty());
        let joined = members.join(request("Ann", None, 2));
        assert_eq!(joined.entrance, Entrance::Joined(name("Ann")));
        assert_ne!(joined.member, ann);
    }

    #[test]
    fn a_page_that_returns_in_time_has_never_left() {
        let mut members = Members::default();
        let start = Instant::now();
        members.join(request("Ann", None, 1));
        let joined = members.join(request("Ann", Some(7), 2));
        assert_eq!(joined.entrance, Entrance::Joined(name("Ann 2")));
        assert_eq!(members.disconnect(joined.member, 2, start), []);
        assert_eq!(members.next_expiry(), Some(start + RESUME_TIMEOUT));
        assert_eq!(members.expire(start + RESUME_TIMEOUT / 2), []);
        let returned = members.join(request("Ann", Some(7), 3));
        assert_eq!(returned.member, joined.member);
        let resumed = Entrance::Resumed(None);
        assert_eq!(returned.entrance, resumed);
        assert_eq!(members.expire(start + RESUME_TIMEOUT * 2), []);
        assert_eq!(names(&members), ["Ann", "Ann 2"]);
    }

    #[test]
    fn a_page_that_does_not_return_has_left() {
        let mut members = Members::default();
        let start = Instant::now();
        let ann = members.join(request("Ann", Some(7), 1)).member;
        members.disconnect(ann, 1, start);
        assert_eq!(names(&members), ["Ann"], "it may come back");
        assert_eq!(members.expire(start + RESUME_TIMEOUT), [name("Ann")]);
        assert!(members.is_empty());
        let joined = members.join(request("Ann", Some(7), 2));
        assert_eq!(joined.entrance, Entrance::Joined(name("Ann")));
    }

    #[test]
    fn a_page_that_cannot_say_who_it_is_leaves_with_its_connection() {
        let mut members = Members::default();
        let ann = members.join(request("Ann", None, 1)).member;
        assert_eq!(members.disconnect(ann, 1, Instant::now()), [name("Ann")]);
        assert!(members.is_empty());
    }

    #[test]
    fn a_second_socket_of_a_view_replaces_the_first() {
        let mut members = Members::default();
        let ann = members.join(request("Ann", Some(7), 1)).member;
        let second = members.join(request("Ben", Some(7), 2));
        let resumed = Entrance::Resumed(Some(Renamed {
            from: name("Ann"),
            to: name("Ben"),
        }));
        assert_eq!(second.entrance, resumed);
        assert!(!members.is_here(ann, 1) && members.is_here(ann, 2));
        assert_eq!(members.disconnect(ann, 1, Instant::now()), []);
        assert_eq!(members.leave(ann, 1), None);
        assert_eq!(members.next_expiry(), None, "the first has no say any more");
        assert_eq!(names(&members), ["Ben"]);
    }

    #[test]
    fn who_takes_another_name_lets_the_old_one_go() {
        let mut members = Members::default();
        let ann = members.join(request("Ann", None, 1)).member;
        members.join(request("Ben", None, 2));
        let renamed = members.rename(ann, name("Ben")).unwrap();
        assert_eq!(renamed.to.as_str(), "Ben 2");
        assert_eq!(members.rename(ann, name("Ben")), None, "it is called so");
        assert_eq!(
            members.rename(ann, name("BEN 2")).unwrap().to.as_str(),
            "BEN 2"
        );
        members.join(request("Ann", None, 3));
        assert_eq!(names(&members), ["BEN 2", "Ben", "Ann"]);
    }

    #[test]
    fn only_as_many_are_awaited_as_a_room_has_members() {
        let mut members = Members::default();
        let start = Instant::now();
        let come_and_go = |members: &mut Members, n: usize| {
            let n = n as SocketId;
            let text = format!("Reader {n}");
            let joined = members.join(request(&text, Some(n.into()), n));
            members.disconnect(joined.member, n, start + Duration::from_millis(n))
        };
        for n in 0..MAX_AWAY {
            assert_eq!(come_and_go(&mut members, n), []);
        }
        assert_eq!(come_and_go(&mut members, MAX_AWAY), [name("Reader 0")]);
        assert_eq!(members.names().count(), MAX_AWAY);
    }
}
