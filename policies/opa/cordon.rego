# Cordon's contract in Rego: copy this file next to your rules and serve both with OPA, asked at
# /v1/data/cordon/verdict. Rules add to `permits` and `forbids`; everything else here is the contract.
#
#   permits contains {"id": "look", "reason": "looking changes nothing"} if input.action == "ListFilters"
#
#   forbids contains {
#     "id": "person", "reason": "a person agrees first",
#     "obligations": [{"kind": "approval", "quorum": 1}],
#   } if input.action == "RotatePassword"
#
# A forbid without an approval among its obligations is lifted by nobody. Who has approved is counted outside:
# rules say what is needed and never look at names.
package cordon

import rego.v1

default verdict := {
	"effect": "deny",
	"rules": [{"id": "default_deny", "effect": "default", "reason": "the policies said nothing"}],
	"obligations": [],
}

verdict := {"effect": effect, "rules": rules, "obligations": obligations}

# The contract's version: a question in another one is none of ours.
ours if input.v == 1

hard contains forbid if {
	some forbid in forbids
	not asks_approval(forbid)
}

asks_approval(rule) if {
	some one in object.get(rule, "obligations", [])
	one.kind == "approval"
}

default effect := "deny"

effect := "allow" if {
	ours
	count(permits) > 0
	count(forbids) == 0
}

effect := "needs_approval" if {
	ours
	count(permits) > 0
	count(forbids) > 0
	count(hard) == 0
}

named := [object.union(object.filter(one, ["id", "reason"]), {"effect": kind}) |
	some kind, found in {"permit": permits, "forbid": forbids}
	some one in found
]

rules := named if count(permits) > 0

rules := array.concat(named, [nothing]) if count(permits) == 0

nothing := {
	"id": "default_deny",
	"effect": "default",
	"reason": sprintf("no rule permits %s on %s %s", [input.action, input.target.kind, input.target.id]),
}

default obligations := []

obligations := [one |
	some rule in permits | forbids
	some one in object.get(rule, "obligations", [])
] if effect != "deny"
