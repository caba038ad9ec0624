/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of docs/semantics.md as data.
 *
 * A file is a sequence of documents: Kubernetes manifests, the world of all its cases; then the
 * cases.  A case looks like this:
 *
 *	case: H16 a policy that denies all, another that allows from b
 *	with: [ … ]              objects of this case alone; they replace those of the same name
 *	pods: [x/a, y/b]         what `*` stands for, alone or after a namespace; else all pods
 *	expect:
 *	- {from: x/b, to: x/a, port: 80, allow: true}
 *	- {from: [x/c, 203.0.113.10], to: x/a, port: [80, 81], protocol: UDP, allow: false}
 *
 * `protocol` is TCP when left out; ICMP stands for all protocols without ports.  `family: IPv6`
 * asks for one family only.  Where lines overlap the later one holds.  A pod to itself is expected
 * only where it is named.
 *
 * `service: true` is a connection through a Service, `hairpin` what a pod may ask of itself through
 * one (F7.1): spec, allow, evaluate.
 *
 * `valid: false` says that reading `with` must fail, `finding: CODE` that it says so;
 * `like_server: true` that unknown fields are read as the API server does.
 *
 * It is the 13th of December 2026 (WORLD_TODAY).
 *
 * A case of several steps has `subtests`, each a case of its own whose `with` comes on top, and
 * perhaps `without`, a list of {kind, namespace, name} to be taken away.  `define` is for anchors.
 */
#pragma once

#include "conformance/expect.h"
#include "oracle/world-read.h"

/* A case, or one of the steps of a case. */
struct step {
	ward_sym file;
	const struct ward_node *outer; /* the case whose subtest it is, or NULL */
	const struct ward_node *root;
	const struct reading *reading;
	const struct world *world;
};

struct cases {
	struct ward_symbols *symbols;
	void (*fn)(void *userdata, const struct step *step);
	void *userdata;
	uint32_t n_cases, n_steps; /* so far */
	struct reading *base;	   /* what all cases of the file being read have */
	ward_sym file;
};

/* Every step of a file, in order.  False, and why on standard output, if the world of all its cases
 * cannot be read or there are none. */
bool cases_read(struct cases *cases, const char *path);

/* What the step expects; NULL, or why that cannot be read.  @ret_expectations is to be done with in
 * either case. */
const char *step_expectations(const struct step *step, struct expectations *ret_expectations);

/* "file.yaml:12: case: step: WHY" and a line end. */
void step_print(const struct cases *cases, const struct step *step, const char *why);
