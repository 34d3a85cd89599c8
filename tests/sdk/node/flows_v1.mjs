// Flows of zitadel.management.v1, .auth.v1 and .admin.v1, for any client whose messages `clients` can shape.

import assert from "node:assert/strict";

import { Code, Method, found, refused, shutOut } from "./expect.mjs";
import { actAs, name, number, org, signInWithSecret, smsCode, soon } from "./world.mjs";

const State = { active: 1, inactive: 2, locked: 4 };

async function addHuman(clients, phone) {
  const userName = name();
  const answer = await clients.management.addHumanUser({
    userName,
    profile: { firstName: "Ada", lastName: "Lovelace", nickName: "Countess", preferredLanguage: "en" },
    email: { email: `${userName}@example.com`, isEmailVerified: true },
    initialPassword: "Analytical-Engine-1",
    ...(phone && { phone }),
  });
  assert.notEqual(answer.userId, "");
  assert.equal(answer.details.resourceOwner, org);
  return { id: answer.userId, userName };
}

async function addMachine(clients) {
  const userName = name();
  const machine = { userName, name: "Robot", description: "of a test" };
  const answer = await clients.management.addMachineUser(machine);
  return { id: answer.userId, userName };
}

const read = async (clients, id) => (await clients.management.getUserByID({ id })).user;
const readHuman = async (clients, id) => clients.chosen(await read(clients, id), "type", "human");
const readPhone = async (clients, userId) => (await clients.management.getHumanPhone({ userId })).phone;
const me = async (clients) => (await clients.auth.getMyUser({})).user;

async function human(clients) {
  const phone = number();
  const { id, userName } = await addHuman(clients, { phone, isPhoneVerified: true });
  const user = await read(clients, id);
  const human = clients.chosen(user, "type", "human");
  assert.deepEqual([user.userName, user.loginNames, user.preferredLoginName], [userName, [userName], userName]);
  assert.equal(user.state, State.active);
  assert.equal(user.details.resourceOwner, org);
  assert.notEqual(user.details.creationDate, undefined);
  assert.equal(human.profile.displayName, "Ada Lovelace");
  assert.equal(human.profile.preferredLanguage, "en");
  assert.deepEqual([human.email.email, human.email.isEmailVerified], [`${userName}@example.com`, true]);
  assert.deepEqual([human.phone.phone, human.phone.isPhoneVerified], [phone, true]);

  const imported = await clients.management.importHumanUser({
    userName: name(),
    profile: { firstName: "Mary", lastName: "Somerville" },
    email: { email: `${name()}@example.com`, isEmailVerified: true },
    password: "Analytical-Engine-1",
  });
  assert.equal((await readHuman(clients, imported.userId)).profile.displayName, "Mary Somerville");

  const { user: byName } = await clients.management.getUserByLoginNameGlobal({ loginName: userName });
  assert.equal(byName.id, id);
  await clients.management.removeUser({ id });
  await refused(clients, read(clients, id), Code.notFound, "QUERY-Dfbg2");
}

async function phone(clients) {
  const { id: userId } = await addHuman(clients);
  const first = number();
  const { details } = await clients.management.updateHumanPhone({ userId, phone: first });
  assert.equal(details.resourceOwner, org);
  const code = await smsCode(first);
  await clients.management.resendHumanPhoneVerification({ userId });
  assert.notEqual(await smsCode(first, 2), code);
  const shown = await readPhone(clients, userId);
  assert.deepEqual([shown.phone, shown.isPhoneVerified], [first, false]);
  await clients.management.updateHumanPhone({ userId, phone: first, isPhoneVerified: true });
  assert.equal((await readPhone(clients, userId)).isPhoneVerified, true);
  const again = clients.management.resendHumanPhoneVerification({ userId });
  await refused(clients, again, Code.precondition, "COMMAND-2M9sf");
  await clients.management.removeHumanPhone({ userId });
  assert.equal((await readPhone(clients, userId)).phone, "");
}

/** What an application does for its user: it gets a token to act as the user, for the calls of "me". */
async function myPhone(clients) {
  const app = await addMachine(clients);
  const { token } = await clients.management.addPersonalAccessToken({ userId: app.id });
  await clients.management.addOrgMember({ userId: app.id, roles: ["ORG_END_USER_IMPERSONATOR"] });
  const { id } = await addHuman(clients);
  const own = clients.as(await actAs(id, token));
  assert.equal((await me(own)).id, id);

  const phone = number();
  await own.auth.setMyPhone({ phone });
  await smsCode(phone);
  await own.auth.resendMyPhoneVerification({});
  const wrong = own.auth.verifyMyPhone({ code: "wrong" });
  await refused(clients, wrong, Code.invalid, "COMMAND-sM0cs");
  await own.auth.verifyMyPhone({ code: await smsCode(phone, 2) });
  const shown = (await own.auth.getMyPhone({})).phone;
  assert.deepEqual([shown.phone, shown.isPhoneVerified], [phone, true]);
  await own.auth.removeMyPhone({});
  assert.equal((await own.auth.getMyPhone({})).phone.phone, "");
}

async function search(clients) {
  const one = await addHuman(clients);
  const two = await addHuman(clients);
  const query = (member, value) => clients.choose("query", member, value);
  const list = (...queries) => clients.management.listUsers({ queries });
  const mine = query("inUserIdsQuery", { userIds: [one.id, two.id] });
  found(await list(mine), [one.id, two.id]);
  found(await list(query("emailQuery", { emailAddress: `${one.userName}@example.com` })), [one.id]);
  const start = { userName: one.userName.slice(0, -1).toUpperCase(), method: Method.startsWithIgnoreCase };
  found(await list(query("userNameQuery", start)), [one.id]);
  const two_ = query("userNameQuery", { userName: two.userName });
  found(await list(mine, query("notQuery", { query: two_ })), [one.id]);
  found(await list(mine, query("typeQuery", { type: 2 })), []);
  assert.equal((await clients.management.isUserUnique({ userName: one.userName })).isUnique, false);
  assert.equal((await clients.management.isUserUnique({ userName: name() })).isUnique, true);

  await clients.management.updateUserName({ userId: one.id, userName: `new-${one.userName}` });
  const changes = await clients.management.listUserChanges({ userId: one.id });
  assert.equal(changes.result[0].eventType.key, "EventTypes.user.username.changed");
  assert.equal(changes.result.at(-1).eventType.key, "EventTypes.user.human.added");
}

async function states(clients) {
  const { id } = await addHuman(clients);
  const { management } = clients;
  const state = async () => (await read(clients, id)).state;
  await management.deactivateUser({ id });
  assert.equal(await state(), State.inactive);
  await refused(clients, management.deactivateUser({ id }), Code.precondition, "COMMAND-5M0sf");
  await management.reactivateUser({ id });
  assert.equal(await state(), State.active);
  await management.lockUser({ id });
  assert.equal(await state(), State.locked);
  await refused(clients, management.lockUser({ id }), Code.precondition, "COMMAND-3NN8v");
  await management.unlockUser({ id });
  assert.equal(await state(), State.active);
  await management.removeUser({ id });
  await refused(clients, management.lockUser({ id }), Code.notFound, "COMMAND-5M9fs");
}

async function machine(clients) {
  const { id, userName } = await addMachine(clients);
  const user = await read(clients, id);
  const before = clients.chosen(user, "type", "machine");
  assert.deepEqual([user.userName, before.name, before.description], [userName, "Robot", "of a test"]);
  await clients.management.updateMachine({ userId: id, name: "Android", description: "of the test" });
  const after = clients.chosen(await read(clients, id), "type", "machine");
  assert.deepEqual([after.name, after.description], ["Android", "of the test"]);
}

async function token(clients) {
  const { id: userId } = await addMachine(clients);
  const expirationDate = clients.time(soon());
  const added = await clients.management.addPersonalAccessToken({ userId, expirationDate });
  const own = clients.as(added.token);
  assert.equal((await me(own)).id, userId);
  const { tokenId } = added;
  const one = await clients.management.getPersonalAccessTokenByIDs({ userId, tokenId });
  assert.equal(one.token.id, tokenId);
  const listed = await clients.management.listPersonalAccessTokens({ userId });
  assert.deepEqual(listed.result.map((token) => token.id), [tokenId]);
  await clients.management.removePersonalAccessToken({ userId, tokenId });
  await shutOut(clients, me(own));
}

async function key(clients) {
  const { id: userId } = await addMachine(clients);
  const expirationDate = clients.time(soon());
  const { keyId, keyDetails } = await clients.management.addMachineKey({ userId, type: 1, expirationDate });
  const file = JSON.parse(Buffer.from(keyDetails).toString());
  assert.deepEqual([file.type, file.keyId, file.userId], ["serviceaccount", keyId, userId]);
  const own = await clients.login(file);
  assert.equal((await me(own)).id, userId);
  assert.equal((await clients.management.getMachineKeyByIDs({ userId, keyId })).key.id, keyId);
  const listed = await clients.management.listMachineKeys({ userId });
  assert.deepEqual(listed.result.map((key) => key.id), [keyId]);
  await clients.management.removeMachineKey({ userId, keyId });
  await assert.rejects(async () => me(await clients.login(file)));
}

async function secret(clients) {
  const { id: userId, userName } = await addMachine(clients);
  const { clientId, clientSecret } = await clients.management.generateMachineSecret({ userId });
  assert.equal(clientId, userName);
  const own = clients.as(await signInWithSecret(clientId, clientSecret));
  assert.equal((await me(own)).id, userId);
  await clients.management.removeMachineSecret({ userId });
  await assert.rejects(signInWithSecret(clientId, clientSecret));
}

async function metadata(clients) {
  const { id } = await addHuman(clients);
  await clients.management.setUserMetadata({ id, key: "colour", value: Buffer.from("violet") });
  const { metadata } = await clients.management.getUserMetadata({ id, key: "colour" });
  assert.equal(Buffer.from(metadata.value).toString(), "violet");
  const listed = await clients.management.listUserMetadata({ id });
  assert.deepEqual(listed.result.map(({ key }) => key), ["colour"]);
  await clients.management.removeUserMetadata({ id, key: "colour" });
  const gone = clients.management.getUserMetadata({ id, key: "colour" });
  await refused(clients, gone, Code.notFound, "QUERY-Rgh32");
}

async function update(clients) {
  const { id: userId, userName } = await addHuman(clients);
  const { management } = clients;
  await management.updateUserName({ userId, userName: `new-${userName}` });
  const profile = { firstName: "Augusta", lastName: "King", displayName: "Augusta Ada King" };
  await management.updateHumanProfile({ userId, ...profile });
  await management.updateHumanEmail({ userId, email: `new-${userName}@example.com`, isEmailVerified: true });
  const user = await read(clients, userId);
  const after = clients.chosen(user, "type", "human");
  assert.equal(user.userName, `new-${userName}`);
  assert.deepEqual([after.profile.firstName, after.profile.displayName], ["Augusta", "Augusta Ada King"]);
  assert.deepEqual([after.email.email, after.email.isEmailVerified], [`new-${userName}@example.com`, true]);
}

async function organizations(clients) {
  const { id } = await clients.management.addOrg({ name: name() });
  const there = clients.as(process.env.BELFRY_TOKEN, { "x-zitadel-orgid": id });
  assert.equal((await there.management.getMyOrg({})).org.id, id);
  const { id: userId } = await addMachine(clients);
  await there.management.addOrgMember({ userId, roles: ["ORG_OWNER_VIEWER"] });
  const members = await there.management.listOrgMembers({});
  assert(members.result.some((member) => member.userId === userId));
  await there.management.updateOrgMember({ userId, roles: ["ORG_USER_MANAGER"] });
  await there.management.removeOrgMember({ userId });
  assert.equal((await clients.admin.getOrgByID({ id })).org.id, id);
  const roles = await there.management.listOrgMemberRoles({});
  assert(roles.result.includes("ORG_OWNER"));
  await there.management.removeOrg({});
}

async function errors(clients) {
  const { id: userId, userName } = await addHuman(clients);
  const setPhone = (by, phone) => by.management.updateHumanPhone({ userId, phone });
  await refused(clients, setPhone(clients, "+41"), Code.invalid, "PHONE-so0wa");
  await refused(clients, setPhone(clients, "0791234567"), Code.invalid);
  await refused(clients, read(clients, "nobody"), Code.notFound, "QUERY-Dfbg2");
  const unknown = clients.management.updateHumanPhone({ userId: "nobody", phone: number() });
  await refused(clients, unknown, Code.precondition, "COMMAND-3M0fs");
  const twice = clients.management.addMachineUser({ userName, name: "Robot" });
  await refused(clients, twice, Code.exists, "V3-DKcYh");

  const elsewhere = clients.as(process.env.BELFRY_TOKEN, { "x-zitadel-orgid": "1" });
  await refused(clients, setPhone(elsewhere, number()), Code.denied, "AUTH-Bs7Ds");
  const stranger = await addMachine(clients);
  const { token } = await clients.management.addPersonalAccessToken({ userId: stranger.id });
  const own = clients.as(token);
  await refused(clients, setPhone(own, ""), Code.notFound, "AUTHZ-cdgFk");
  await clients.management.addOrgMember({ userId: stranger.id, roles: ["ORG_OWNER_VIEWER"] });
  assert.equal((await read(own, userId)).id, userId);
  await refused(clients, setPhone(own, ""), Code.denied, "AUTH-5mWD2");
  const missing = await refused(clients, setPhone(clients.as(null), ""), Code.unauthenticated);
  assert.equal(missing.message, "auth header missing");
  await shutOut(clients, setPhone(clients.as("x"), ""));
}

async function health(clients) {
  const nobody = clients.as(null);
  await Promise.all([nobody.management, nobody.auth, nobody.admin].map((service) => service.healthz({})));
}

export const flows = {
  human,
  phone,
  "my phone": myPhone,
  search,
  states,
  machine,
  token,
  key,
  secret,
  metadata,
  update,
  organizations,
  errors,
  health,
};
