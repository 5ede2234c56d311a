//! The rooms' route for axum.

use super::{
    hub::{EnterError, RoomHub, Seat},
    socket::{self, Visitor},
};
use crate::counter::{
    accept::Place,
    gate::Pass,
    limits::Slot,
    responses::bounded,
    route::{Admitted, ApiError, ConnectQuery, Counter, without_panics},
    socket::websocket::{self, WebSocket},
};
use axum::{
    Router,
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::StatusCode,
    middleware::from_fn_with_state,
    response::Response,
    routing::any,
};

/// The last segment of a room's path.
const SOCKET: &str = "/ws";

#[derive(Clone)]
struct Rooms {
    counter: Counter,
    hub: RoomHub,
}

/// The rooms' WebSocket, `/rooms/{*slug}/ws`, to be merged into a router that has the counter's
/// routes. It is after the counter's [`Prefix`](crate::counter::route::Prefix), too.
pub fn room_router(counter: Counter, hub: RoomHub) -> Router {
    let path = format!("{}/rooms/{{*room}}", counter.prefix());
    let rooms = Rooms {
        counter: counter.clone(),
        hub,
    };
    // Any method: HTTP/2 opens a WebSocket with CONNECT (RFC 8441).
    let sockets = Router::new().route(&path, any(connect)).with_state(rooms);
    without_panics(sockets).layer(from_fn_with_state(counter, bounded))
}

/// Opens a page's socket, or says why not.
async fn connect(
    State(rooms): State<Rooms>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<ConnectQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    let slug = match path {
        Ok(Path(path)) => match path.strip_suffix(SOCKET) {
            Some(slug) => Ok(Path(slug.to_owned())),
            None => return Err(no_such_route()),
        },
        Err(rejection) => Err(rejection),
    };
    let (mut parts, _) = request.into_parts();
    let Rooms { counter, hub } = rooms;
    let admitted = Admitted::check(&counter, Some(slug), query, &mut parts);
    let admitted = admitted.map_err(|away| away.error)?;
    let page_says = admitted.query.page_says();
    if counter.admission().is_automated(&parts.headers, page_says) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "programs are not admitted to reading rooms; open the page in a browser that nobody drives",
        ));
    }
    let seat = hub
        .enter(&admitted.slug)
        .await
        .map_err(|error| match error {
            EnterError::Full => ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                format_args!("{error}; try again in 60 s"),
            )
            .retry_after(60),
            EnterError::Storage(_) => ApiError::storage_failed(),
        })?;
    let place = parts.extensions.get::<Place>().map(Place::hold);
    let (response, socket) = admitted.upgrade.agree(socket::LIMITS);
    let visitor = Visitor {
        from: admitted.from,
        view: admitted.arrival.view,
        is_back: admitted.arrival.again,
    };
    let (pass, slot) = (admitted.pass, admitted.slot);
    tokio::spawn(async move {
        if let Some(socket) = socket.await {
            serve(socket, seat, visitor, pass, slot, &counter).await;
        }
        drop(place);
    });
    Ok(response)
}

async fn serve(
    mut socket: WebSocket,
    seat: Seat,
    visitor: Visitor,
    pass: Pass,
    slot: Slot,
    counter: &Counter,
) {
    if pass.is_closing() {
        websocket::refuse(&mut socket).await;
        return;
    }
    let limits = &counter.admission().limits;
    socket::serve(&mut socket, seat, visitor, &pass, limits).await;
    // No socket any more, only a connection.
    drop((pass, slot));
    websocket::end(socket).await;
}

fn no_such_route() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "there is nothing here; a reading room is a WebSocket at /rooms/SLUG/ws",
    )
}
