/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the checks: what they share.
 *
 * All selectors of all policies are interned as scopes (engine/scope.h), so that equal ones are one
 * and each endpoint is matched once against all; a check then asks for the endpoints of a scope. */
#pragma once

#include "analysis/lint.h"
#include "base/bits.h"
#include "engine/scope.h"
#include "group/grouppolicy.h"
#include "kube/networkpolicy.h"
#include "kube/pod.h"

/* Indices of endpoints, ascending. */
struct ward_pod_set {
	uint32_t n;
	const uint32_t *items;
};

struct ward_lint_scope {
	WARD_VEC(uint32_t) pods; /* that policies see */
	WARD_VEC(uint32_t)
	hosts; /* of the network of their node: no selector matches them (A10.3)
		*/
};

struct ward_lint_rule {
	const struct ward_rule *rule;
	const uint32_t *scopes; /* by peer; WARD_NONE: a block, or nothing can satisfy it */
};

struct ward_lint_policy {
	const struct ward_policy *policy;
	const struct ward_object *object;    /* as it was read */
	const struct ward_networkpolicy *np; /* the same, if it is one */
	const struct ward_grouppolicy *gp;
	uint32_t n_subjects;
	const uint32_t *subject_scopes; /* WARD_NONE: nothing can satisfy it */
	struct ward_pod_set subjects;
	const struct ward_lint_rule *rules; /* as in policy->rules */
};

/* The endpoints of one namespace. */
struct ward_lint_namespace {
	ward_sym name;
	uint32_t first, n; /* in tables->endpoints */
	uint32_t n_pods;   /* that policies see */
};

struct ward_lint {
	const struct ward_engine *engine;
	const struct ward_tables *tables;
	const struct ward_snapshot *snapshot;
	struct ward_symbols *symbols;
	struct ward_findings *findings;

	struct ward_arena arena;
	struct scopes scopes;
	struct ward_lint_scope *of_scope;
	struct ward_lint_policy *policies; /* as in tables->policies */
	const struct ward_pod **pods;	   /* by endpoint */
	uint32_t n_pods;		   /* that policies see */
	struct ward_pod_set everyone;	   /* all pods that policies see, once asked for */
	uint32_t *classes;		   /* by endpoint: those of one are treated alike */
	uint32_t n_classes;
	WARD_VEC(const struct ward_namespace *) namespace_objects;
	struct ward_intern namespace_names;
	WARD_VEC(struct ward_lint_namespace) namespaces; /* by number of the name */
};

void ward_lint_init(struct ward_lint *lint);
void ward_lint_done(struct ward_lint *lint);

/* A mark without file stands for the object's own.  @hint may be NULL. */
void ward_lint_report(struct ward_lint *lint, enum ward_severity severity, const char *code,
		      const struct ward_object *object, struct ward_mark mark, const char *hint,
		      const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* All texts below live as long as the lint. */
const char *ward_lint_text(struct ward_lint *lint, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
const char *ward_lint_object(struct ward_lint *lint, const struct ward_object *object);
const char *ward_lint_selector(struct ward_lint *lint, const struct ward_selector *selector);

/* "shop/web, shop/api and 7 more". */
const char *ward_lint_pods(struct ward_lint *lint, struct ward_pod_set pods);

/* "NetworkPolicy shop/web (shop.yaml:12)". */
const char *ward_lint_place(struct ward_lint *lint, const struct ward_object *object,
			    struct ward_mark mark);

struct ward_pod_set ward_lint_scope_pods(const struct ward_lint *lint, uint32_t scope);

/* The endpoints of a namespace; none when it has none. */
struct ward_lint_namespace ward_lint_namespace_of(const struct ward_lint *lint, ward_sym ns);

/* The pods that a rule's peers match by selectors; all pods when the rule is for anyone. */
struct ward_pod_set ward_lint_rule_pods(struct ward_lint *lint, const struct ward_lint_rule *rule);

/* The row that judges an endpoint. */
const struct ward_row *ward_lint_row(const struct ward_lint *lint, uint32_t endpoint,
				     enum ward_direction direction);

/* Does @row accept something that @rule allows, from or to the endpoint @other?  @destination is
 * where named ports mean something. */
bool ward_lint_row_accepts(const struct ward_lint *lint, const struct ward_row *row, uint32_t other,
			   const struct ward_rule *rule, uint32_t destination);

/* Does the cell accept some port of the range? */
bool ward_lint_map_accepts(const struct ward_lint *lint, const struct ward_port_map *map,
			   enum ward_proto proto, uint32_t low, uint32_t high);

/* Labels to look for misspellings in. */
struct ward_label_sets {
	WARD_VEC(struct ward_labels) list;
};

void ward_label_sets_add_pods(struct ward_label_sets *sets, const struct ward_lint *lint,
			      ward_sym ns);

/* "did you mean app=web?", when a requirement that none of the labels satisfies is nearly one that
 * some do; or NULL. */
const char *ward_lint_suggest(struct ward_lint *lint, const struct ward_selector *selector,
			      const struct ward_label_sets *sets);

/* The same; or else which values there are, or else @otherwise. */
const char *ward_lint_instead(struct ward_lint *lint, const struct ward_selector *selector,
			      const struct ward_label_sets *sets, const char *otherwise);

/* The best candidate so far for a word that was probably misspelled.  Words that are short or
 * differ in digits only are different words. */
struct ward_guess {
	const char *word, *best;
	unsigned distance;
};
void ward_guess_offer(struct ward_guess *guess, const char *candidate);

/* Is the peer one of two that were probably meant to be one (A6.13)? */
bool ward_lint_peer_is_split(const struct ward_np_rule *rule, uint32_t peer);

/* The checks. */
void ward_lint_selectors(struct ward_lint *lint);
void ward_lint_peers(struct ward_lint *lint);
void ward_lint_directions(struct ward_lint *lint);
void ward_lint_ports(struct ward_lint *lint);
void ward_lint_blocks(struct ward_lint *lint);
void ward_lint_dns(struct ward_lint *lint);
void ward_lint_rules(struct ward_lint *lint);
void ward_lint_halves(struct ward_lint *lint);
void ward_lint_services(struct ward_lint *lint);
void ward_lint_isolation(struct ward_lint *lint);
void ward_lint_groups(struct ward_lint *lint);
void ward_lint_lines(struct ward_lint *lint);
void ward_lint_staged(struct ward_lint *lint);

/* Marks the findings that objects ask to ignore. */
void ward_lint_ignore(struct ward_findings *findings, const struct ward_snapshot *snapshot,
		      ward_code_fn is_own);

/* Adds a copy of a finding, texts included. */
void ward_findings_add(struct ward_findings *findings, const struct ward_diag *diag);
