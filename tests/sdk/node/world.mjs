// The running server and what the flows share: new names and numbers, SMS, and OAuth by hand.

import assert from "node:assert/strict";
import { createPrivateKey, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

import { SignJWT } from "jose";

export const { BELFRY_URL: url, BELFRY_TOKEN: token, BELFRY_ORG: org } = process.env;

let numbers = 1_000_000 + Math.floor(Math.random() * 7_000_000);

/** A Swiss mobile number that nobody has; the other runners draw from other prefixes. */
export const number = () => `+4176${numbers++}`;

/** A name that nobody has. */
export const name = () => `npm-${randomUUID()}`;

/** The code in the last SMS to a number, once there are that many. */
export async function smsCode(to, messages = 1) {
  for (const end = Date.now() + 15_000; Date.now() < end; await setTimeout(20)) {
    const texts = smsTo(to);
    if (texts.length >= messages) {
      return /\b[A-Z0-9]{6}\b/.exec(texts.at(-1))[0];
    }
  }
  assert.fail(`no SMS to ${to}`);
}

function smsTo(to) {
  let lines;
  try {
    lines = readFileSync(process.env.BELFRY_SMS, "utf8").split("\n").slice(0, -1);
  } catch {
    return []; // the first SMS makes the file
  }
  return lines
    .map((line) => JSON.parse(line))
    .filter((sms) => sms.to === to)
    .map((sms) => sms.text);
}

/** An hour from now. */
export const soon = () => new Date(Date.now() + 3_600_000);

const API = "openid urn:zitadel:iam:org:project:id:zitadel:aud";

/** Logs a service account in by hand, for packages that have no way of their own. */
export async function signIn({ keyId, key, userId }) {
  const jwt = new SignJWT()
    .setProtectedHeader({ alg: "RS256", kid: keyId })
    .setIssuer(userId)
    .setSubject(userId)
    .setAudience(url)
    .setIssuedAt()
    .setExpirationTime("1h");
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  return accessToken({ grant_type, assertion: await jwt.sign(createPrivateKey(key)), scope: API });
}

/** Logs a machine in with its secret. */
export const signInWithSecret = (clientId, secret) =>
  accessToken(
    { grant_type: "client_credentials", scope: API },
    { authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${secret}`)}` },
  );

/** A token to act as a user, for somebody with an impersonator role. */
export const actAs = (userId, actorToken) =>
  accessToken({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: userId,
    subject_token_type: "urn:zitadel:params:oauth:token-type:user_id",
    actor_token: actorToken,
    actor_token_type: "urn:ietf:params:oauth:token-type:access_token",
    scope: API,
  });

async function accessToken(form, headers = {}) {
  const discovery = await (await fetch(`${url}/.well-known/openid-configuration`)).json();
  const body = new URLSearchParams(form);
  const answer = await fetch(discovery.token_endpoint, { method: "POST", headers, body });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text).access_token;
}
