# The rules of the conformance suite; the Cedar half says the same in test/contracts-engine.slow.test.ts.
package cordon

import rego.v1

permits contains {"id": "look", "reason": "looking changes nothing"} if {
	input.action == "ListFilters"
	input.target.kind == "account"
}

permits contains {"id": "recover", "reason": "accounts are taken back"} if {
	input.action == "RotatePassword"
	input.target.kind == "account"
}

permits contains {"id": "clean", "reason": "filters are removed"} if {
	input.action == "DeleteFilter"
	input.target.kind == "account"
}

forbids contains {
	"id": "person",
	"reason": "a person agrees first",
	"obligations": [{"kind": "approval", "quorum": 1}],
} if {
	input.action == "RotatePassword"
}

forbids contains {
	"id": "signed",
	"reason": "two persons sign, one of them of the network team",
	"obligations": [{
		"kind": "approval",
		"quorum": 2,
		"groups": [{"group": "network", "count": 1}],
		"min_assurance": "V3",
		"expires_ms": 3600000,
	}],
} if {
	input.action == "DeleteFilter"
}
