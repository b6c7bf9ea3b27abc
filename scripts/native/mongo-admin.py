"""Administers the MongoDB stand-in for scripts/stack.

    mongo-admin.py PORT ping | reachable | create-user | drop-positions

The password of user openIM comes from the environment (MONGO_PASSWORD), never from the command line, where every
user of the machine could read it.
"""

import os
import sys

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

USER = "openIM"
DATABASE = "openim_v3"
# What the integration tests may fill and drop without touching the data of a developer.
TEST_DATABASE = "openim_test"


def connect(port: int, **login: str) -> MongoClient:
    """Opens a client that gives up after two seconds, so that scripts/stack keeps the deadline."""
    return MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=2000, socketTimeoutMS=10000, **login
    )


def as_user(port: int) -> MongoClient:
    """Opens a client the way the server does."""
    password = os.environ["MONGO_PASSWORD"]
    return connect(port, username=USER, password=password, authSource=DATABASE, authMechanism="SCRAM-SHA-256")


def ping(port: int) -> None:
    """Succeeds when the server lets user openIM read its database."""
    as_user(port)[DATABASE].command("ping")
    as_user(port)[DATABASE].pipeline.find_one({"_id": "partitions"})


def reachable(port: int) -> None:
    """Succeeds when the server answers at all, also before there is a user."""
    connect(port).admin.command("ping")


def create_user(port: int) -> None:
    """Creates user openIM, or gives the existing one the password of today."""
    roles = [
        {"role": role, "db": database} for database in (DATABASE, TEST_DATABASE) for role in ("readWrite", "dbAdmin")
    ]
    database = connect(port)[DATABASE]
    login = {"pwd": os.environ["MONGO_PASSWORD"], "roles": roles, "mechanisms": ["SCRAM-SHA-256"]}
    try:
        database.command("createUser", USER, **login)
    except OperationFailure as error:
        if error.code != 51003:  # Location51003: there is such a user
            raise
        database.command("updateUser", USER, **login)


def drop_positions(port: int) -> None:
    """Forgets how far the history had read the log, and prints the number of partitions."""
    result = as_user(port)[DATABASE].pipeline.delete_many({"_id": {"$regex": "^toMongo/"}})
    print(result.deleted_count)


def main() -> int:
    """Runs one command; 1 and one line on standard error when it fails."""
    commands = {"ping": ping, "reachable": reachable, "create-user": create_user, "drop-positions": drop_positions}
    if len(sys.argv) != 3 or sys.argv[2] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        commands[sys.argv[2]](int(sys.argv[1]))
    except PyMongoError as error:
        print(f"mongo-admin: {sys.argv[2]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
