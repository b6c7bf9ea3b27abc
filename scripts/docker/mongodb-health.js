// The health check of the mongodb service, run by mongosh inside its container.
//
// Makes what a new server lacks (the replica set, user root, user openIM), then logs in as openIM and pings. A new
// server lets a client on its own loopback do the first two without a login; that ends with the first user.
// Throws, and so exits with 1, whenever something is not there yet; the next check goes on from there.

const port = process.env.MONGO_PORT;
const address = `localhost:${port}`;
const database = "openim_v3";

// Passwords are taken from the environment: an argument of mongosh could be read by everybody on the host.
const open = (login, name) => connect(`mongodb://${login}${address}/${name}?directConnection=true`);

const openAsRoot = () => open(`root:${process.env.MONGO_ROOT_PASSWORD}@`, "admin");

const openAsServer = () => open(`openIM:${process.env.MONGO_PASSWORD}@`, database);

const requirePrimary = (admin) => {
    if (!admin.hello().isWritablePrimary) {
        throw new Error("not primary yet");
    }
};

const initiate = () => {
    const admin = open("", "admin");
    if (!admin.hello().setName) {
        admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: address }] } });
        // The election of the only member takes a moment.
        for (let round = 0; round < 50 && !admin.hello().isWritablePrimary; round++) {
            sleep(100);
        }
    }
    requirePrimary(admin);
    return admin;
};

const createUsers = () => {
    const admin = initiate();
    try {
        admin.createUser({ user: "root", pwd: process.env.MONGO_ROOT_PASSWORD, roles: ["root"] });
    } catch (error) {
        // Refused or there already: an earlier check has got this far.
    }
    const roles = [];
    for (const db of [database, "openim_test"]) {
        roles.push({ role: "readWrite", db }, { role: "dbAdmin", db });
    }
    const target = openAsRoot().getSiblingDB(database);
    if (!target.getUser("openIM")) {
        target.createUser({ user: "openIM", pwd: process.env.MONGO_PASSWORD, roles });
    }
};

try {
    requirePrimary(openAsServer());
} catch (error) {
    createUsers();
    requirePrimary(openAsServer());
}
