//! `ListPlugins`: what is installed, with what each plugin says about itself.

use crate::{
    api::Ctx,
    contract::{
        pb::belfry::v1::{ListPluginsRequest, ListPluginsResponse, Plugin},
        struct_from_json,
    },
    domain::InstalledPlugin,
    error::Error,
};

/// Lists the installed plugins by name.
pub(in crate::api) async fn list(
    ctx: &Ctx,
    _request: ListPluginsRequest,
) -> Result<ListPluginsResponse, Error> {
    let plugins = ctx.services.gateway.work(|gateway| gateway.plugins());
    Ok(ListPluginsResponse {
        plugins: plugins.await?.into_iter().map(shown).collect(),
    })
}

fn shown(plugin: InstalledPlugin) -> Plugin {
    let (reason, about) = match plugin.description {
        Ok(about) => (String::new(), about),
        Err(reason) => (reason, Default::default()),
    };
    Plugin {
        name: plugin.name,
        file: plugin.file,
        sha256: plugin.sha256,
        loads: reason.is_empty(),
        reason,
        title: about.title,
        version: about.version,
        vendor: about.vendor,
        homepage: about.homepage,
        config_schema: struct_from_json(&about.settings_schema).ok(),
        abilities: about.abilities.into_iter().map(str::to_owned).collect(),
        max_concurrency: about.max_concurrency,
        http_hosts: about.http_hosts,
        idempotent_send: about.is_idempotent,
    }
}
