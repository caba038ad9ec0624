/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include <string.h>

#include "render/parts.h"

static const char *object_title(struct render *in, const struct ward_object *policy)
{
	return ward_arena_format(in->arena, "%s %s", ward_kind_str(policy->kind),
				 ward_symbol_str(in->symbols, policy->name));
}

static bool is_said(const struct ward_diags *diags, struct ward_mark mark, const char *object,
		    const char *message)
{
	for (uint32_t i = 0; i < diags->list.n; i++) {
		const struct ward_diag *diag = &diags->list.items[i];

		if (diag->mark.file == mark.file && diag->mark.line == mark.line &&
		    diag->mark.col == mark.col && diag->object &&
		    strcmp(diag->object, object) == 0 && strcmp(diag->message, message) == 0)
			return true;
	}
	return false;
}

void render_refuse(struct render *in, const struct ward_object *policy, struct ward_mark mark,
		   const char *hint, const char *fmt, ...)
{
	const char *object = object_title(in, policy), *message;
	va_list args;

	va_start(args, fmt);
	message = ward_arena_vformat(in->arena, fmt, args);
	va_end(args);
	if (!is_said(in->diags, mark, object, message))
		ward_diag(in->diags, WARD_ERROR, "not-expressible", mark, object, hint, "%s",
			  message);
}

void render_note(struct render *in, const struct ward_object *policy, struct ward_mark mark,
		 const char *hint, const char *fmt, ...)
{
	const char *object = object_title(in, policy), *message;
	va_list args;

	va_start(args, fmt);
	message = ward_arena_vformat(in->arena, fmt, args);
	va_end(args);
	if (!is_said(in->diags, mark, object, message))
		ward_diag(in->diags, WARD_NOTE, "not-covered", mark, object, hint, "%s", message);
}

/* By name, which is by what the user calls them. */
static int object_cmp(const void *a, const void *b, void *symbols)
{
	const struct ward_object *left = *(struct ward_object *const *)a;
	const struct ward_object *right = *(struct ward_object *const *)b;

	return ward_symbol_cmp(symbols, left->name, right->name);
}

static uint32_t objects_find(struct render *in, enum ward_kind kind,
			     const struct ward_object ***ret_objects)
{
	const struct ward_snapshot *snapshot = in->snapshot;
	const struct ward_object **objects =
		ward_arena_new_n(in->arena, const struct ward_object *, snapshot->objects.n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < snapshot->objects.n; i++)
		if (snapshot->objects.items[i] && snapshot->objects.items[i]->kind == kind)
			objects[n++] = snapshot->objects.items[i];
	qsort_r(objects, n, sizeof(*objects), object_cmp, in->symbols);
	*ret_objects = objects;
	return n;
}

static void staged_note(struct render *in, const struct ward_grouppolicy *gp)
{
	static const char hint[] = "render again when it is enforced";

	for (uint32_t i = 0; i < gp->n_environments; i++)
		if (gp->environments[i].staged)
			render_note(in, &gp->object, gp->environments[i].mark, hint,
				    "environment %s is staged: nothing is rendered for it",
				    ward_symbol_str(in->symbols, gp->environments[i].name));
	if (!gp->n_environments && gp->staged)
		render_note(in, &gp->object, gp->mode_mark, hint,
			    "the policy is staged: nothing is rendered for it");
}

static void namespaces_note(struct render *in, const struct ward_grouppolicy *gp)
{
	for (uint32_t i = 0; i < gp->n_names; i++)
		if (!ward_snapshot_find(in->snapshot, WARD_KIND_NAMESPACE, WARD_NONE, gp->names[i]))
			render_note(in, &gp->object, gp->namespaces_mark,
				    "give its Namespace object too; `kubectl get ns -o yaml` "
				    "prints them",
				    "namespace %s is not in the input: nothing is rendered for it",
				    ward_symbol_str(in->symbols, gp->names[i]));
	if (!gp->n_names)
		render_note(in, &gp->object, gp->object.mark,
			    "render again when there is a new namespace",
			    "a NetworkPolicy is about one namespace: those that do not exist yet "
			    "are not covered");
}

static void environments_note(struct render *in, const struct ward_grouppolicy *gp)
{
	if (gp->peer_environment == WARD_PEER_ENVIRONMENT_SAME)
		render_note(in, &gp->object, gp->object.mark,
			    "render again when there is a new environment, or say "
			    "`environment: any`",
			    "with `environment: same` an object is about one environment: those "
			    "that no namespace has yet are not covered");
}

/* Without any Namespace object what is known of one is its name. */
static void implied_note(struct render *in, const struct ward_grouppolicy *gp)
{
	for (uint32_t i = 0; i < in->n_namespaces; i++)
		if (in->namespaces[i]->implied &&
		    ward_selector_matches(&gp->namespaces, in->namespaces[i]->labels))
			render_note(in, &gp->object, gp->object.mark,
				    "give its Namespace object too; `kubectl get ns -o yaml` "
				    "prints them",
				    "what labels namespace %s has is not known: taken to have "
				    "none, and to be in no environment",
				    ward_symbol_str(in->symbols, in->namespaces[i]->object.name));
}

/* Drops what is only rehearsed. */
static uint32_t enforced_keep(struct ward_policy **parts, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (parts[i]->staged)
			ward_policy_free(parts[i]);
		else
			parts[kept++] = parts[i];
	}
	return kept;
}

/* Tiers come before or after all NetworkPolicies, and these only allow. */
static void tier_refuse(struct render *in, const struct ward_grouppolicy *gp)
{
	static const char *const tiers[] = {"Emergency", "Platform", "Application", "Baseline"};
	static const char hint[] = "render with --to cnp, or use tier Application";

	render_refuse(in, &gp->object, gp->object.mark, hint,
		      "tier %s has an order, and NetworkPolicies have none", tiers[gp->tier]);
	for (uint32_t i = 0; i < gp->n_rules; i++)
		if (gp->rules[i].denies)
			render_refuse(in, &gp->object, gp->rules[i].mark, hint,
				      "this line denies, and a NetworkPolicy can only allow");
}

static void application_render(struct render *in, const struct ward_lowering *lowering,
			       const struct ward_grouppolicy *gp)
{
	struct ward_policies parts = {};

	namespaces_note(in, gp);
	ward_lower_grouppolicy(lowering, gp, &parts);
	parts.list.n = enforced_keep(parts.list.items, parts.list.n);
	render_networkpolicies(in, parts.list.items, parts.list.n);
	ward_policies_done(&parts);
}

static void tier_lower(struct render *in, const struct ward_lowering *lowering,
		       const struct ward_grouppolicy *gp, struct ward_policies *cluster)
{
	environments_note(in, gp);
	ward_lower_grouppolicy(lowering, gp, cluster);
}

static int rendered_cmp(const void *a, const void *b)
{
	const struct ward_rendered *left = a, *right = b;
	int cmp = strcmp(left->ns, right->ns);

	return cmp ? cmp : strcmp(left->name, right->name);
}

static void policies_render(struct render *in, enum ward_render_target target,
			    const struct ward_lowering *lowering)
{
	const struct ward_object **policies;
	struct ward_policies cluster = {};
	uint32_t n = objects_find(in, WARD_KIND_GROUPPOLICY, &policies);

	for (uint32_t i = 0; i < n; i++) {
		const struct ward_grouppolicy *gp = (const struct ward_grouppolicy *)policies[i];

		staged_note(in, gp);
		implied_note(in, gp);
		if (gp->tier == WARD_GROUP_APPLICATION)
			application_render(in, lowering, gp);
		else if (target == WARD_RENDER_CNP)
			tier_lower(in, lowering, gp, &cluster);
		else
			tier_refuse(in, gp);
	}
	if (in->rendering->objects.n)
		qsort(in->rendering->objects.items, in->rendering->objects.n,
		      sizeof(*in->rendering->objects.items), rendered_cmp);
	cluster.list.n = enforced_keep(cluster.list.items, cluster.list.n);
	render_clusterpolicies(in, &cluster);
	ward_policies_done(&cluster);
	in->rendering->n_policies = n;
}

void ward_render(const struct ward_snapshot *snapshot, enum ward_render_target target,
		 struct ward_diags *diags, struct ward_rendering *ret_rendering)
{
	struct render in = {
		.snapshot = snapshot,
		.symbols = snapshot->symbols,
		.diags = diags,
		.arena = &ret_rendering->arena,
		.rendering = ret_rendering,
	};
	struct ward_group_resolver groups;
	struct ward_lowering lowering = {.symbols = snapshot->symbols,
					 .today = snapshot->today,
					 .groups = &groups};
	const struct ward_object **namespaces;

	*ret_rendering = (struct ward_rendering){};
	in.n_namespaces = objects_find(&in, WARD_KIND_NAMESPACE, &namespaces);
	in.namespaces = (const struct ward_namespace **)namespaces;
	ward_group_resolver_init(&groups, snapshot);
	policies_render(&in, target, &lowering);
	ward_group_resolver_done(&groups);
}

void ward_rendering_done(struct ward_rendering *rendering)
{
	ward_vec_done(&rendering->objects);
	ward_arena_done(&rendering->arena);
}

static void json_write(const struct ward_rendering *rendering, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "v1");
	ward_json_str(&json, "kind", "List");
	ward_json_list(&json, "items");
	for (uint32_t i = 0; i < rendering->objects.n; i++)
		tree_write_json(&rendering->objects.items[i].root, NULL, &json);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}

void ward_rendering_write(const struct ward_rendering *rendering, bool json, FILE *out)
{
	if (json) {
		json_write(rendering, out);
		return;
	}
	for (uint32_t i = 0; i < rendering->objects.n; i++) {
		if (i)
			fputs("---\n", out);
		tree_write_yaml(&rendering->objects.items[i].root, out);
	}
}
