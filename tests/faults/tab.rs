//! A browser's tab that shows a post, without the browser: the page's own
//! [`Lifecycle`] with a real socket, a real request and real timers around it.

use crate::{dice::Dice, support::Client};
use futures_util::{SinkExt, StreamExt};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::Message;
use view_counter::counter::{
    lifecycle::{Action, Event, Generation, Lifecycle, Refusal, Role},
    protocol::{Counts, Handshake, Slug, close_code, connect_path, views_path},
};

/// What all tabs of a test share: which site they are on, its clock, and what
/// they ask it with.
#[derive(Clone)]
pub(crate) struct Site {
    address: Arc<str>,
    http: reqwest::Client,
    /// The moment that their clock counts from.
    pub(crate) zero: Instant,
}

impl Site {
    pub(crate) fn at(address: &str) -> Self {
        Self {
            address: address.into(),
            http: reqwest::Client::new(),
            zero: Instant::now(),
        }
    }
}

/// What a tab did and shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    /// Its sockets, in the order in which they were opened.
    pub(crate) sockets: Vec<Opened>,
    /// The numbers that it shows.
    pub(crate) counts: Option<Counts>,
    /// Whether it shows them as live.
    pub(crate) live: bool,
    /// What the server said when it was asked why it refused.
    pub(crate) refusals: Vec<Refusal>,
    /// When it means to do something by itself.
    pub(crate) wakes_at: Option<Instant>,
}

#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) handshake: Handshake,
    /// The moment for which it was planned, which a slow machine may have
    /// missed.
    pub(crate) planned: Instant,
    /// Whether it brought a frame.
    pub(crate) open: bool,
}

/// An open tab. Dropping it closes it.
pub(crate) struct Tab {
    events: mpsc::UnboundedSender<Event>,
    story: Arc<Mutex<Story>>,
    running: JoinHandle<()>,
}

impl Tab {
    /// A tab in front that shows this post.
    pub(crate) fn open(site: &Site, slug: &str, dice: Dice) -> Self {
        let (events, told) = mpsc::unbounded_channel();
        let story = Arc::<Mutex<Story>>::default();
        let page = Page {
            site: site.clone(),
            slug: slug.parse().unwrap(),
            lifecycle: Lifecycle::new(true, Role::Reader),
            dice,
            socket: None,
            events: events.clone(),
            story: Arc::clone(&story),
        };
        Self {
            events,
            story,
            running: tokio::spawn(page.run(told)),
        }
    }

    pub(crate) fn tell(&self, event: Event) {
        self.events.send(event).expect("it runs");
    }

    pub(crate) fn story(&self) -> Story {
        assert!(!self.running.is_finished(), "a tab runs until it is closed");
        self.story.lock().unwrap().clone()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.running.abort();
    }
}

struct Page {
    site: Site,
    slug: Slug,
    lifecycle: Lifecycle,
    dice: Dice,
    socket: Option<Socket>,
    events: mpsc::UnboundedSender<Event>,
    story: Arc<Mutex<Story>>,
}

impl Page {
    async fn run(mut self, mut told: mpsc::UnboundedReceiver<Event>) {
        self.on(Event::Shown, Instant::now());
        loop {
            let wakes_at = self.lifecycle.wakes_at();
            let wakes_at = wakes_at.map(|at| self.site.zero + Duration::from_millis(at));
            self.story.lock().unwrap().wakes_at = wakes_at;
            let alarm = async {
                match wakes_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(event) = told.recv() => self.on(event, Instant::now()),
                () = alarm => self.on(Event::Woken, wakes_at.unwrap_or_else(Instant::now)),
            }
        }
    }

    /// Does what the lifecycle makes of this event, which was to be at the
    /// moment `planned`.
    fn on(&mut self, event: Event, planned: Instant) {
        if let Event::Refused(_, refusal) = &event {
            self.story.lock().unwrap().refusals.push(*refusal);
        }
        let now = self.site.zero.elapsed().as_millis() as u64;
        for action in self.lifecycle.on(event, now, &mut self.dice) {
            let mut story = self.story.lock().unwrap();
            match action {
                Action::Open {
                    generation,
                    handshake,
                } => {
                    story.sockets.push(Opened {
                        handshake,
                        planned,
                        open: false,
                    });
                    drop(story);
                    self.socket = Some(self.connect(generation, handshake));
                }
                Action::Close(_) => self.socket = None,
                Action::Probe(_) => {
                    if let Some(socket) = &self.socket {
                        // It may be ending; the lifecycle will hear of that.
                        let _ = socket.probe.send(());
                    }
                }
                Action::ProbeRefusal(generation) => {
                    drop(story);
                    self.probe_refusal(generation);
                }
                Action::Show(counts) => {
                    story.counts = Some(counts);
                    story.live = true;
                    if let Some(socket) = story.sockets.last_mut() {
                        socket.open = true;
                    }
                }
                Action::ShowStale(counts) => {
                    story.counts = Some(counts);
                    story.live = false;
                }
                Action::ShowLost => story.live = false,
            }
        }
    }

    fn connect(&self, generation: Generation, handshake: Handshake) -> Socket {
        let address = Arc::clone(&self.site.address);
        let path = connect_path(&self.slug, handshake);
        let events = self.events.clone();
        let (probe, probes) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let code = converse(&address, &path, generation, &events, probes).await;
            let _ = events.send(Event::Closed(generation, code));
        });
        Socket { probe, task }
    }

    fn probe_refusal(&self, generation: Generation) {
        let url = format!("http://{}{}", self.site.address, views_path(&self.slug));
        let request = self.site.http.get(url);
        let events = self.events.clone();
        tokio::spawn(async move {
            let refusal = match request.send().await {
                Ok(response) => refusal(response).await,
                Err(_) => None,
            };
            let refusal = refusal.unwrap_or(Refusal::Other);
            let _ = events.send(Event::Refused(generation, refusal));
        });
    }
}

/// A socket that is connecting or open. Dropping it closes it, and nothing is
/// heard of it afterwards.
struct Socket {
    probe: mpsc::UnboundedSender<()>,
    task: JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Tells of every frame; returns the close code, as a browser would name it.
async fn converse(
    address: &str,
    path: &str,
    generation: Generation,
    events: &mpsc::UnboundedSender<Event>,
    mut probes: mpsc::UnboundedReceiver<()>,
) -> u16 {
    let origin = format!("http://{address}");
    let Ok((mut socket, _)) = Client::try_connect(address, path, Some(&origin)).await else {
        return close_code::ABNORMAL;
    };
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            Some(()) = probes.recv() => {
                let _ = socket.send(Message::text("")).await;
                continue;
            }
        };
        match message {
            Some(Ok(Message::Text(text))) => {
                if let Ok(counts) = serde_json::from_str(&text) {
                    let _ = events.send(Event::Frame(generation, counts));
                }
            }
            Some(Ok(Message::Close(frame))) => {
                // Sends the answer to it.
                let _ = socket.flush().await;
                return frame.map_or(close_code::ABNORMAL, |frame| frame.code.into());
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return close_code::ABNORMAL,
        }
    }
}

/// What the page's own request makes of a response.
async fn refusal(response: reqwest::Response) -> Option<Refusal> {
    match response.status().as_u16() {
        200 => {
            let counts = serde_json::from_str(&response.text().await.ok()?);
            Some(Refusal::Numbers(counts.ok()?))
        }
        400 | 404 => Some(Refusal::Unknown),
        429 | 503 => {
            let after = response.headers().get("retry-after")?.to_str().ok()?;
            let seconds: u64 = after.trim().parse().ok()?;
            Some(Refusal::Wait(seconds * 1000))
        }
        _ => None,
    }
}
