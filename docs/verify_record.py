#!/usr/bin/env python3
"""Checks an exported audit record with nothing but Python's standard library.

    python3 verify_record.py EXPORT [POLICY]

A second reading of the format, written independently of Cordon: every entry's
form, index, link and time, every run's numbers and links, the head, and the
root of the tree at every checkpoint. With a policy (C2SP tlog-policy: lines
"log VKEY") the Ed25519 signatures of checkpoints are verified as well.

Prints one line of JSON; exit code 0 when the record verifies, else 1.
"""
import base64
import hashlib
import json
import os
import sys

GENESIS = "0" * 64


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """RFC 6962, section 2.1, kept as its right edge."""

    def __init__(self):
        self.size = 0
        self.edge = []

    def add(self, leaf):
        node, width = leaf, 1
        while self.edge and self.edge[-1][1] == width:
            left, _ = self.edge.pop()
            node, width = node_hash(left, node), width * 2
        self.edge.append((node, width))
        self.size += 1

    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        root = self.edge[-1][0]
        for left, _ in reversed(self.edge[:-1]):
            root = node_hash(left, root)
        return root


class Broken(Exception):
    def __init__(self, index, reason):
        super().__init__(reason)
        self.index = index


# Ed25519 verification, RFC 8032 section 5.1.7. Slow and plain.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P:
        return None
    return P - x if (x & 1) != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, p):
    q = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            q = add(q, p)
        p = add(p, p)
        scalar >>= 1
    return q


def equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_verifies(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return equal(multiply(s, BASE), add(r, multiply(h, a)))


def read_policy(path):
    """Name and key of each line "log VKEY"; other lines are of no concern here."""
    keys = []
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if words[:1] == ["log"]:
            name, key_id, material = words[1].split("+", 2)
            raw = base64.b64decode(material, validate=True)
            if raw[:1] != b"\x01" or len(raw) != 33:
                raise SystemExit("a key of the policy is not an Ed25519 key of a log")
            if hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != key_id:
                raise SystemExit("the id of a key in the policy does not belong to it")
            keys.append((name, bytes.fromhex(key_id), raw[1:]))
    return keys


def read_notes(path):
    """(text, signature lines) of each note in a file of them."""
    notes, text, signatures = [], [], []
    for line in open(path, encoding="utf-8", newline="\n"):
        if line.startswith("\u2014 "):
            signatures.append(line.rstrip("\n"))
            continue
        if signatures:
            notes.append(("".join(text[:-1]), signatures))
            text, signatures = [], []
        text.append(line)
    if signatures:
        notes.append(("".join(text[:-1]), signatures))
    elif text:
        raise Broken(0, "a checkpoint lacks its signatures")
    return notes


def is_signed(text, signatures, keys):
    for line in signatures:
        _, name, material = line.split(" ")
        raw = base64.b64decode(material, validate=True)
        for known, key_id, public in keys:
            if name == known and raw[:4] == key_id and ed25519_verifies(public, text.encode(), raw[4:]):
                return True
    return False


def read_checkpoints(folder, keys):
    """Roots by size."""
    path = os.path.join(folder, "checkpoints")
    roots = {}
    for text, signatures in read_notes(path) if os.path.exists(path) else []:
        _, size, root = text.split("\n")[:3]
        if keys is not None and not is_signed(text, signatures, keys):
            raise Broken(int(size), "no trusted key signed the checkpoint of this size")
        roots[int(size)] = base64.b64decode(root, validate=True)
    return roots


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def check_entry(entry, data, index, last, prev, ids, runs):
    if canonical(entry).encode() != data:
        # Python sorts names by code point and RFC 8785 by UTF-16 unit: the two differ beyond the basic plane.
        if all(ord(character) < 0xD800 for character in data.decode()):
            raise Broken(index, "its bytes are not the canonical form of what they say")
    if entry["i"] != index:
        raise Broken(index, "entry %d stands where entry %d belongs" % (entry["i"], index))
    if entry["prev"] != prev:
        raise Broken(max(index - 1, 0), "its leaf hash is not the one that entry %d names" % index)
    if entry["id"] in ids:
        raise Broken(index, "its id stands on an earlier entry")
    if last is not None and entry["at"] < last["at"]:
        raise Broken(index, "its time lies before the entry before it")
    if last is not None and entry["log"] != last["log"] and entry["body"]["event"] != "log_restored":
        raise Broken(index, "it belongs to another log")
    body = entry["body"]
    seq, leaf = runs.get(body["run"], (-1, None))
    if body["run_seq"] != seq + 1 or body["run_prev"] != leaf:
        raise Broken(index, "it does not continue its run")


def check(folder, keys):
    roots = read_checkpoints(folder, keys)
    tree, last, prev = Tree(), None, GENESIS
    ids, runs, confirmed = set(), {}, 0
    with open(os.path.join(folder, "entries.jsonl"), "rb") as lines:
        for index, line in enumerate(lines):
            data = line.rstrip(b"\n")
            try:
                entry = json.loads(data.decode("utf-8"))
                check_entry(entry, data, index, last, prev, ids, runs)
            except (ValueError, KeyError, TypeError) as error:
                raise Broken(index, "it is no entry (%s)" % type(error).__name__)
            leaf = leaf_hash(data)
            prev = leaf.hex()
            ids.add(entry["id"])
            runs[entry["body"]["run"]] = (entry["body"]["run_seq"], prev)
            tree.add(leaf)
            last = entry
            if tree.size in roots:
                if roots[tree.size] != tree.root():
                    raise Broken(confirmed, "the checkpoint at size %d has another root" % tree.size)
                confirmed = tree.size
    beyond = [size for size in roots if size > tree.size]
    if beyond:
        raise Broken(tree.size, "the log is shorter than the checkpoint of %d entries" % max(beyond))
    path = os.path.join(folder, "head.json")
    if os.path.exists(path):
        head = json.load(open(path, encoding="utf-8"))
        if head["size"] != tree.size:
            raise Broken(min(head["size"], tree.size), "the head counts %d entries" % head["size"])
        if head["leaf"] != prev:
            raise Broken(max(tree.size - 1, 0), "the head confirms another last entry")
    return {
        "verified": True,
        "entries": tree.size,
        "head": prev,
        "root": tree.root().hex(),
        "signed": confirmed if keys is not None else 0,
    }


def main(arguments):
    if len(arguments) not in (1, 2):
        raise SystemExit(__doc__)
    keys = read_policy(arguments[1]) if len(arguments) == 2 else None
    try:
        print(json.dumps(check(arguments[0], keys)))
        return 0
    except Broken as broken:
        print(json.dumps({"verified": False, "first_bad": broken.index, "reason": str(broken)}))
        return 1
    except FileNotFoundError as missing:
        raise SystemExit("%s is not there; name the folder of an export" % missing.filename)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
