//! The two gRPC services that every server offers besides its own: health and reflection (v1, v1alpha).
//!
//! They stream, so tonic serves them, straight from hyper. The health of the whole server and of each
//! service of the contract is SERVING as long as the port is open; readiness is `/debug/ready`.

use futures_util::{FutureExt as _, future::BoxFuture};
use http::{Request, Response};
use hyper::body::Incoming;
use tonic::{
    body::Body,
    codegen::{Service, http},
    server::NamedService,
};
use tonic_health::ServingStatus;
use tonic_reflection::server::Builder;

use crate::contract::{Contract, DESCRIPTOR_SET};

/// Answers the calls of one service.
pub type Serve = Box<dyn Fn(Request<Incoming>) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// The services, by the path prefix of their methods.
pub struct Services(Vec<(String, Serve)>);

impl Services {
    /// Sets them up from the descriptor set.
    ///
    /// # Errors
    /// If the descriptor set cannot be read: a fault of this program.
    pub fn build(contract: &Contract) -> anyhow::Result<Self> {
        let (reporter, health) = tonic_health::server::health_reporter();
        for method in contract.methods() {
            let service = method.descriptor.parent_service();
            // Nobody else holds the reporter's lock yet, so this is done at once.
            let _ = reporter
                .set_service_status(service.full_name(), ServingStatus::Serving)
                .now_or_never();
        }
        let reflection = || {
            Builder::configure()
                .register_encoded_file_descriptor_set(DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        Ok(Self(vec![
            entry(health),
            entry(reflection().build_v1()?),
            entry(reflection().build_v1alpha()?),
        ]))
    }

    /// The service that the path of a call belongs to, if it is one of these.
    pub fn find(&self, path: &str) -> Option<&Serve> {
        let found = self.0.iter().find(|(prefix, _)| path.starts_with(prefix));
        found.map(|(_, serve)| serve)
    }
}

fn entry<S>(service: S) -> (String, Serve)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = std::convert::Infallible>
        + NamedService
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    let serve = move |request| {
        // tonic's generated services are always ready.
        let answer = service.clone().call(request);
        async move {
            match answer.await {
                Ok(response) => response,
            }
        }
        .boxed()
    };
    (format!("/{}/", S::NAME), Box::new(serve))
}
