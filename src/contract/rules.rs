//! Reads methods, REST rules and permissions out of the descriptor set.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};

/// An HTTP verb that a REST rule may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// GET
    Get,
    /// PUT
    Put,
    /// POST
    Post,
    /// DELETE
    Delete,
    /// PATCH
    Patch,
}

/// One way REST reaches a method (`google.api.http`).
#[derive(Clone, Debug)]
pub struct HttpRule {
    /// The verb.
    pub verb: Verb,
    /// The path with the service's prefix; parameters are `{proto_field_name}`.
    pub path: String,
    /// Whether the JSON body is the request message; otherwise query parameters fill it.
    pub has_body: bool,
}

/// Who may call a method, checked before its request is validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// No token is needed.
    Public,
    /// Any valid token.
    Authenticated,
    /// A membership in the context organization or the instance must grant this permission.
    Permission(String),
}

/// One rpc of the contract.
#[derive(Clone, Debug)]
pub struct Method {
    /// The full name, such as `zitadel.user.v2.UserService.SetPhone`.
    pub name: String,
    /// The gRPC path, such as `/zitadel.user.v2.UserService/SetPhone`.
    pub path: String,
    /// Request and response types.
    pub descriptor: MethodDescriptor,
    /// How REST reaches it.
    pub http: Vec<HttpRule>,
    /// Who may call it.
    pub requirement: Requirement,
    /// The ids of the errors that it answers itself, in the order of its checks.
    pub errors: Vec<String>,
    /// The HTTP status of success over REST.
    pub success_status: u16,
    /// Why it is not offered, for what belongs to a login server.
    pub not_offered: Option<String>,
    /// The texts with which it refuses what of it is not offered.
    pub unimplemented: Vec<String>,
    /// How the texts begin with which it refuses what no limit can say.
    pub refusals: Vec<String>,
    /// Whether it may send a code by SMS.
    pub sends_sms: bool,
    /// Whether the Connect protocol is offered: for v2 services only (contract/README §1).
    pub connect: bool,
}

/// All methods of the contract.
#[derive(Clone, Debug)]
pub struct Contract {
    pool: DescriptorPool,
    methods: HashMap<String, Arc<Method>>,
}

impl Contract {
    /// Reads the embedded descriptor set.
    ///
    /// # Errors
    /// If a method has no permission or an unusable REST rule: a fault of the contract itself.
    pub fn load() -> anyhow::Result<Self> {
        let pool = DescriptorPool::decode(super::DESCRIPTOR_SET)?;
        let mut methods = HashMap::new();
        for service in pool.services() {
            for descriptor in service.methods() {
                let method = read(&pool, descriptor)?;
                methods.insert(method.path.clone(), Arc::new(method));
            }
        }
        Ok(Self { pool, methods })
    }

    /// The method at a gRPC path.
    pub fn method(&self, path: &str) -> Option<&Arc<Method>> {
        self.methods.get(path)
    }

    /// All methods, in no order.
    pub fn methods(&self) -> impl Iterator<Item = &Arc<Method>> {
        self.methods.values()
    }

    /// Whether the Connect protocol is offered at a path such as `/zitadel.user.v2.UserService/SetPhone`:
    /// the service is a v2 one of this contract, whatever the method's name.
    pub fn offers_connect(&self, path: &str) -> bool {
        let service = path
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        is_v2(service) && self.pool.get_service_by_name(service).is_some()
    }

    /// The descriptors, for dynamic encoding.
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }
}

fn read(pool: &DescriptorPool, descriptor: MethodDescriptor) -> anyhow::Result<Method> {
    let name = descriptor.full_name().to_owned();
    let service = descriptor.parent_service().full_name().to_owned();
    let options = descriptor.options();
    let option = |name: &str| {
        let extension = pool
            .get_extension_by_name(name)
            .with_context(|| format!("no option {name}"))?;
        anyhow::Ok(options.get_extension(&extension).into_owned())
    };
    let text = |name: &str| anyhow::Ok(option(name)?.as_str().unwrap_or_default().to_owned());

    let texts = |name: &str| {
        let values = option(name)?;
        let values = values.as_list().unwrap_or_default().iter();
        anyhow::Ok(
            values
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
        )
    };

    let permission = text("belfry.v1.permission")?;
    let requirement = match permission.as_str() {
        "" => bail!("{name} declares no permission"),
        "public" => Requirement::Public,
        "authenticated" => Requirement::Authenticated,
        _ => Requirement::Permission(permission),
    };

    let extension = pool
        .get_extension_by_name("google.api.http")
        .context("no option google.api.http")?;
    let mut http = Vec::new();
    if options.has_extension(&extension)
        && let Some(rule) = options.get_extension(&extension).as_message()
    {
        read_rules(rule, rest_prefix(&service), &mut http)
            .with_context(|| format!("REST rule of {name}"))?;
    }

    Ok(Method {
        path: format!("/{service}/{}", descriptor.name()),
        connect: is_v2(&service),
        errors: texts("belfry.v1.errors")?,
        unimplemented: texts("belfry.v1.unimplemented")?,
        refusals: texts("belfry.v1.refusals")?,
        sends_sms: option("belfry.v1.sends_sms")?.as_bool().unwrap_or_default(),
        success_status: match option("belfry.v1.success_status")?.as_u32() {
            None | Some(0) => 200,
            Some(status) => u16::try_from(status)?,
        },
        not_offered: Some(text("belfry.v1.not_offered")?).filter(|reason| !reason.is_empty()),
        http,
        requirement,
        name,
        descriptor: descriptor.clone(),
    })
}

fn read_rules(rule: &DynamicMessage, prefix: &str, into: &mut Vec<HttpRule>) -> anyhow::Result<()> {
    let verbs = [
        ("get", Verb::Get),
        ("put", Verb::Put),
        ("post", Verb::Post),
        ("delete", Verb::Delete),
        ("patch", Verb::Patch),
    ];
    let (field, verb) = verbs
        .into_iter()
        .find(|(field, _)| rule.has_field_by_name(field))
        .context("no verb and path")?;
    let text = |field: &str| {
        rule.get_field_by_name(field)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let body = text("body");
    ensure!(
        body.is_empty() || body == "*",
        "body must be \"*\" or absent, not {body:?}"
    );
    into.push(HttpRule {
        verb,
        path: format!("{prefix}{}", text(field)),
        has_body: body == "*",
    });

    if let Some(more) = rule.get_field_by_name("additional_bindings") {
        for binding in more.as_list().unwrap_or_default() {
            read_rules(
                binding
                    .as_message()
                    .context("a binding that is no message")?,
                prefix,
                into,
            )?;
        }
    }
    Ok(())
}

/// v1 services live below a prefix of their own, v2 rules hold the whole path (contract/README §1).
fn rest_prefix(service: &str) -> &'static str {
    match service {
        "zitadel.management.v1.ManagementService" => "/management/v1",
        "zitadel.auth.v1.AuthService" => "/auth/v1",
        "zitadel.admin.v1.AdminService" => "/admin/v1",
        _ => "",
    }
}

fn is_v2(service: &str) -> bool {
    service
        .rsplit('.')
        .nth(1)
        .is_some_and(|version| version.starts_with("v2"))
}
