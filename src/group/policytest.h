/* SPDX-License-Identifier: Apache-2.0 */
/* PolicyTest: what its author expects of the policies, as claims that can be judged. */
#pragma once

#include "kube/networkpolicy.h"
#include "kube/snapshot.h"

enum ward_test_end_kind {
	WARD_TEST_ANY,	 /* pods, nodes and addresses */
	WARD_TEST_GROUP, /* a user group; without name everybody in an environment */
	WARD_TEST_POD,	 /* "NS/NAME", as everywhere */
	WARD_TEST_BLOCK, /* external addresses */
	WARD_TEST_WORLD, /* all of them */
};

struct ward_test_end {
	enum ward_test_end_kind kind;
	struct ward_mark mark;
	ward_sym name; /* of a group, or as a pod is written; or WARD_NONE */
	ward_sym env;  /* only members there, or WARD_NONE */
	struct ward_cidr cidr;
};

enum ward_expectation_kind {
	WARD_EXPECT_FLOW,      /* from, to: allow or not */
	WARD_EXPECT_ONLY_FROM, /* nobody but @others may connect to @to */
	WARD_EXPECT_ONLY_TO,   /* @from may connect to nobody but @others */
};

struct ward_expectation {
	struct ward_mark mark;
	enum ward_expectation_kind kind;
	ward_sym name; /* as its author calls it, or WARD_NONE */
	struct ward_test_end from, to;
	uint32_t n_others;
	const struct ward_test_end *others;
	bool allow;
	uint32_t n_ports; /* 0: any; else 1 */
	struct ward_np_port port;
	const char *port_text; /* as written; "any" */
};

struct ward_policytest {
	struct ward_object object;
	ward_sym policy; /* groups mean those that it declares, and whom it governs; or WARD_NONE */
	struct ward_mark policy_mark;
	uint32_t n_environments; /* 0: all */
	const ward_sym *environments;
	uint32_t n_expectations;
	const struct ward_expectation *expectations;
};
