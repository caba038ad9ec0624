/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderers share. */
#pragma once

#include "kube/pod.h"
#include "policy/lower.h"
#include "render/render.h"
#include "render/tree.h"

struct render {
	const struct ward_snapshot *snapshot;
	struct ward_symbols *symbols;
	struct ward_diags *diags;
	struct ward_arena *arena;
	struct ward_rendering *rendering;
	uint32_t n_namespaces;
	const struct ward_namespace **namespaces; /* by name */
};

/* Finding not-expressible, once for the same place and words. */
void render_refuse(struct render *in, const struct ward_object *policy, struct ward_mark mark,
		   const char *hint, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Finding not-covered. */
void render_note(struct render *in, const struct ward_object *policy, struct ward_mark mark,
		 const char *hint, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The pods of a scope whose namespaces @pin selects too, if it is given.  False: none can be. */
bool render_scope(struct render *in, const struct ward_scope *scope,
		  const struct ward_selector *pin, struct ward_scope *ret_scope);

/* What the namespaces of its environment have in common; without one it is alone. */
struct ward_selector render_environment(struct render *in, const struct ward_namespace *ns);

struct ward_node render_selector(struct render *in, const struct ward_selector *selector);

/* {namespaceSelector, podSelector} */
struct ward_node render_pair(struct render *in, const struct ward_scope *scope);

/* True, and said, if the scope asks for what no selector can. */
bool render_scope_is_refused(struct render *in, const struct ward_object *policy,
			     struct ward_mark mark, const struct ward_scope *scope);

/* Sorted by their texts, each once. */
struct ward_node render_sorted(struct render *in, const struct ward_node *list);

/* Appends peers {ipBlock: …} that are exactly the addresses of a BLOCKS peer, in few lines. */
void render_blocks(struct render *in, const struct ward_peer *peer, struct ward_node *peers);

/* The addresses of a BLOCKS peer. */
void render_addresses(const struct ward_peer *peer, struct ward_ranges *ret_addresses);

/* The name of an object: policy.group.suffix, or policy.suffix with an empty group.  If that is no
 * name or might be another's it ends in a hash. */
const char *render_name(struct render *in, ward_sym policy, ward_sym group, const char *suffix);

/* apiVersion, kind, metadata and spec of an object; appended to the rendering. */
void render_object(struct render *in, const char *api_version, const char *kind, const char *ns,
		   const char *name, ward_sym policy, struct ward_node spec);

/* The enforced parts of one policy of tier Application. */
void render_networkpolicies(struct render *in, struct ward_policy *const *parts, uint32_t n);

/* Those of all policies of the other tiers. */
void render_clusterpolicies(struct render *in, struct ward_policies *parts);
