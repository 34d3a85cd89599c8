//! The yardstick: actix-web handlers that do nothing, with as many workers as the server has.

use std::net::{SocketAddr, TcpListener};

use actix_web::{App, HttpResponse, HttpServer, web};

/// About as long as the answer to a phone change.
const JSON: &str = r#"{"details":{"sequence":"2","creationDate":"2026-01-02T03:04:05.678901Z","changeDate":"2026-01-02T03:04:05.678901Z","resourceOwner":"218889273615843329"}}"#;

/// Serves `/hello` and `/json` on a thread of this process until it ends.
pub fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let app = || {
            App::new()
                .route("/hello", web::get().to(async || "hello"))
                .route(
                    "/json",
                    web::get().to(async || {
                        HttpResponse::Ok()
                            .content_type("application/json")
                            .body(JSON)
                    }),
                )
        };
        let server = HttpServer::new(app).listen(listener).unwrap().run();
        actix_web::rt::System::new().block_on(server).unwrap();
    });
    address
}
