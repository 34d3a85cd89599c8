// Flows of zitadel.user.v2 and its v2beta twin, for any client whose messages `clients` can shape.

import assert from "node:assert/strict";

import { Code, Method, found, refused, shutOut } from "./expect.mjs";
import { name, number, org, signInWithSecret, smsCode, soon } from "./world.mjs";

const State = { active: 1, inactive: 2, locked: 4 };

const returnCode = (clients) => clients.choose("verification", "returnCode", {});
const verified = (clients) => clients.choose("verification", "isVerified", true);

async function addHuman(clients, more = {}) {
  const username = name();
  const answer = await clients.users.addHumanUser({
    username,
    organization: clients.choose("org", "orgId", org),
    profile: { givenName: "Ada", familyName: "Lovelace", nickName: "Countess", preferredLanguage: "en" },
    email: { email: `${username}@example.com`, ...verified(clients) },
    ...more,
  });
  assert.notEqual(answer.userId, "");
  assert.equal(answer.details.resourceOwner, org);
  return { ...answer, username };
}

async function addMachine(clients) {
  const username = name();
  const machine = clients.choose("userType", "machine", { name: "Robot", description: "of a test" });
  const { id } = await clients.users.createUser({ organizationId: org, username, ...machine });
  assert.notEqual(id, "");
  return { id, username };
}

const read = async (clients, userId) => (await clients.users.getUserByID({ userId })).user;
const readHuman = async (clients, userId) => clients.chosen(await read(clients, userId), "type", "human");

async function human(clients) {
  const phone = number();
  const added = await addHuman(clients, { phone: { phone, ...returnCode(clients) } });
  assert.match(added.phoneCode, /^[A-Z0-9]{6}$/);

  const user = await read(clients, added.userId);
  const human = clients.chosen(user, "type", "human");
  assert.equal(user.username, added.username);
  assert.deepEqual(user.loginNames, [added.username]);
  assert.equal(user.preferredLoginName, added.username);
  assert.equal(user.state, State.active);
  assert.equal(user.details.resourceOwner, org);
  assert.equal(human.profile.givenName, "Ada");
  assert.equal(human.profile.nickName, "Countess");
  assert.equal(human.profile.displayName, "Ada Lovelace");
  assert.equal(human.profile.preferredLanguage, "en");
  assert.equal(human.email.email, `${added.username}@example.com`);
  assert.equal(human.email.isVerified, true);
  assert.deepEqual([human.phone.phone, human.phone.isVerified], [phone, false]);

  const changed = await clients.users.updateHumanUser({
    userId: added.userId,
    profile: { givenName: "Augusta", familyName: "King", displayName: "Augusta Ada King" },
  });
  assert.equal(changed.details.resourceOwner, org);
  const { profile } = await readHuman(clients, added.userId);
  assert.deepEqual([profile.givenName, profile.displayName], ["Augusta", "Augusta Ada King"]);

  await clients.users.deleteUser({ userId: added.userId });
  await refused(clients, read(clients, added.userId), Code.notFound, "QUERY-Dfbg2");
}

async function phone(clients) {
  const { userId } = await addHuman(clients);
  const first = number();
  await clients.users.setPhone({ userId, phone: first });
  const sent = await smsCode(first);
  await clients.users.verifyPhone({ userId, verificationCode: sent });
  assert.equal((await readHuman(clients, userId)).phone.isVerified, true);

  const second = number();
  const { verificationCode } = await clients.users.setPhone({ userId, phone: second, ...returnCode(clients) });
  const resent = await clients.users.resendPhoneCode({ userId, ...returnCode(clients) });
  assert.notEqual(resent.verificationCode, verificationCode);
  const old = clients.users.verifyPhone({ userId, verificationCode });
  await refused(clients, old, Code.invalid, "COMMAND-eis9R");
  await clients.users.verifyPhone({ userId, verificationCode: resent.verificationCode });
  const { phone } = await readHuman(clients, userId);
  assert.deepEqual([phone.phone, phone.isVerified], [second, true]);

  const third = number();
  await clients.users.setPhone({ userId, phone: third });
  await smsCode(third);
  await clients.users.resendPhoneCode({ userId });
  await clients.users.verifyPhone({ userId, verificationCode: await smsCode(third, 2) });

  await clients.users.removePhone({ userId });
  assert.equal((await readHuman(clients, userId)).phone?.phone ?? "", "");
}

async function search(clients) {
  const phone = number();
  const one = await addHuman(clients, { phone: { phone, ...verified(clients) } });
  const two = await addHuman(clients);
  const ids = [one.userId, two.userId];
  const query = (member, value) => clients.choose("query", member, value);
  const list = (queries, more) => clients.users.listUsers({ queries, ...more });
  const mine = query("inUserIdsQuery", { userIds: ids });

  found(await list([query("phoneQuery", { number: phone })]), [one.userId]);
  found(await list([query("emailQuery", { emailAddress: `${one.username}@example.com` })]), [one.userId]);
  const shout = { userName: one.username.toUpperCase(), method: Method.equalsIgnoreCase };
  found(await list([query("userNameQuery", shout)]), [one.userId]);
  const part = { loginName: two.username.slice(4, -1), method: Method.contains };
  found(await list([query("loginNameQuery", part)]), [two.userId]);
  found(await list([mine]), ids);
  found(await list([mine, query("notQuery", { query: query("phoneQuery", { number: phone }) })]), [two.userId]);
  const names = [one, two].map(({ username }) => query("userNameQuery", { userName: username }));
  found(await list([query("orQuery", { queries: names })]), ids);
  found(await list([query("andQuery", { queries: names })]), []);

  // UserFieldName 1 is the user name.
  const page = { query: { offset: offset(clients, 1), limit: 1, asc: true }, sortingColumn: 1 };
  const { details, result } = await list([mine], page);
  const [, last] = [one, two].sort((a, b) => (a.username < b.username ? -1 : 1));
  assert.deepEqual([Number(details.totalResult), result.map((user) => user.userId)], [2, [last.userId]]);
  await refused(clients, list([{}]), Code.invalid);
}

/** connect-es wants a bigint, ts-proto what Long takes. */
const offset = (clients, value) => (clients.time(new Date()) instanceof Date ? value : BigInt(value));

async function states(clients) {
  const { userId } = await addHuman(clients);
  const { users } = clients;
  const state = async () => (await read(clients, userId)).state;
  await users.deactivateUser({ userId });
  assert.equal(await state(), State.inactive);
  await refused(clients, users.deactivateUser({ userId }), Code.precondition, "COMMAND-5gunjw0cd7");
  await users.reactivateUser({ userId });
  assert.equal(await state(), State.active);
  await users.lockUser({ userId });
  assert.equal(await state(), State.locked);
  await refused(clients, users.lockUser({ userId }), Code.precondition, "COMMAND-lgws8wtsqf");
  await users.unlockUser({ userId });
  assert.equal(await state(), State.active);
  const { details } = await users.deleteUser({ userId });
  assert.equal(details.resourceOwner, org);
  await refused(clients, users.lockUser({ userId }), Code.notFound, "COMMAND-450yxuqrh1");
}

async function machine(clients) {
  const { id, username } = await addMachine(clients);
  const user = await read(clients, id);
  const before = clients.chosen(user, "type", "machine");
  assert.equal(user.username, username);
  assert.deepEqual([before.name, before.description, before.hasSecret], ["Robot", "of a test", false]);
  const machine = clients.choose("userType", "machine", { name: "Android", description: "of the test" });
  await clients.users.updateUser({ userId: id, ...machine });
  const after = clients.chosen(await read(clients, id), "type", "machine");
  assert.deepEqual([after.name, after.description], ["Android", "of the test"]);
}

async function token(clients) {
  const { id: userId } = await addMachine(clients);
  const expirationDate = clients.time(soon());
  const added = await clients.users.addPersonalAccessToken({ userId, expirationDate });
  const own = clients.as(added.token);
  assert.equal((await read(own, userId)).userId, userId);
  const filters = [clients.choose("filter", "userIdFilter", { id: userId })];
  const listed = await clients.users.listPersonalAccessTokens({ filters });
  assert.deepEqual(listed.result.map((token) => token.id), [added.tokenId]);
  await clients.users.removePersonalAccessToken({ userId, tokenId: added.tokenId });
  await shutOut(clients, read(own, userId));
}

async function key(clients) {
  const { id: userId } = await addMachine(clients);
  const { keyId, keyContent } = await clients.users.addKey({ userId, expirationDate: clients.time(soon()) });
  const file = JSON.parse(Buffer.from(keyContent).toString());
  assert.deepEqual([file.type, file.keyId, file.userId], ["serviceaccount", keyId, userId]);
  const own = await clients.login(file);
  assert.equal((await read(own, userId)).userId, userId);
  const filters = [clients.choose("filter", "userIdFilter", { id: userId })];
  const listed = await clients.users.listKeys({ filters });
  assert.deepEqual(listed.result.map((key) => key.id), [keyId]);
  await clients.users.removeKey({ userId, keyId });
  await assert.rejects(async () => read(await clients.login(file), userId));
}

async function secret(clients) {
  const { id: userId, username } = await addMachine(clients);
  const { clientSecret } = await clients.users.addSecret({ userId });
  const own = clients.as(await signInWithSecret(username, clientSecret));
  const user = await read(own, userId);
  assert.equal(clients.chosen(user, "type", "machine").hasSecret, true);
  await clients.users.removeSecret({ userId });
  await assert.rejects(signInWithSecret(username, clientSecret));
}

async function metadata(clients) {
  const { userId } = await addHuman(clients);
  const value = Buffer.from("violet");
  await clients.users.setUserMetadata({ userId, metadata: [{ key: "colour", value }] });
  const listed = await clients.users.listUserMetadata({ userId });
  assert.deepEqual(
    listed.metadata.map(({ key, value }) => [key, Buffer.from(value).toString()]),
    [["colour", "violet"]],
  );
  await clients.users.deleteUserMetadata({ userId, keys: ["colour"] });
  assert.deepEqual((await clients.users.listUserMetadata({ userId })).metadata, []);
}

async function update(clients) {
  const username = name();
  const human = (value) => clients.choose("userType", "human", value);
  const email = (address) => ({ email: address, ...returnCode(clients) });
  const { id: userId, emailCode } = await clients.users.createUser({
    organizationId: org,
    username,
    ...human({ profile: { givenName: "Ada", familyName: "Lovelace" }, email: email(`${username}@example.com`) }),
  });
  await clients.users.verifyEmail({ userId, verificationCode: emailCode });
  assert.equal((await readHuman(clients, userId)).email.isVerified, true);

  const phone = number();
  const changes = {
    profile: { givenName: "Augusta", nickName: "Countess" },
    email: email(`new-${username}@example.com`),
    phone: { phone, ...returnCode(clients) },
  };
  const codes = await clients.users.updateUser({ userId, username: `new-${username}`, ...human(changes) });
  assert.notEqual(codes.changeDate, undefined);
  await clients.users.verifyPhone({ userId, verificationCode: codes.phoneCode });
  await clients.users.verifyEmail({ userId, verificationCode: codes.emailCode });
  const user = await read(clients, userId);
  const after = clients.chosen(user, "type", "human");
  assert.equal(user.username, `new-${username}`);
  assert.deepEqual([after.profile.givenName, after.profile.familyName], ["Augusta", "Lovelace"]);
  assert.deepEqual([after.email.email, after.email.isVerified], [`new-${username}@example.com`, true]);
  assert.deepEqual([after.phone.phone, after.phone.isVerified], [phone, true]);
  // A phone without a number takes the number away.
  await clients.users.updateUser({ userId, ...human({ phone: {} }) });
  assert.equal((await readHuman(clients, userId)).phone?.phone ?? "", "");
}

async function settings(clients) {
  const { supportedLanguages, defaultLanguage } = await clients.settings.getGeneralSettings({});
  assert.equal(defaultLanguage, "en");
  assert(supportedLanguages.includes("de"), supportedLanguages);
}

async function errors(clients) {
  const { userId, username } = await addHuman(clients);
  const setPhone = (by, phone) => by.users.setPhone({ userId, phone });
  await refused(clients, setPhone(clients, "+41"), Code.invalid, "PHONE-so0wa");
  await refused(clients, setPhone(clients, "1".repeat(201)), Code.invalid);
  await refused(clients, read(clients, "nobody"), Code.notFound, "QUERY-Dfbg2");
  await refused(clients, addHuman(clients, { username }), Code.exists, "V3-DKcYh");

  const elsewhere = clients.as(process.env.BELFRY_TOKEN, { "x-zitadel-orgid": "1" });
  await refused(clients, setPhone(elsewhere, number()), Code.denied, "AUTH-Bs7Ds");
  const missing = await refused(clients, setPhone(clients.as(null), ""), Code.unauthenticated);
  assert.equal(missing.message, "auth header missing");
  await shutOut(clients, setPhone(clients.as("x"), ""));
}

async function notOffered(clients) {
  const { userId } = await addHuman(clients);
  const refusal = await refused(clients, clients.users.registerTOTP({ userId }), Code.unimplemented);
  assert.notEqual(refusal.message, "");
}

/** What v2beta has. */
export const beta = { human, phone, search, states, errors, "not offered": notOffered };

export const flows = { ...beta, machine, token, key, secret, metadata, update, settings };
