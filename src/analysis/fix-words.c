/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a change: pods by labels of their own, addresses, places, as YAML where it is some.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "analysis/explain-parts.h"
#include "kube/names.h"

/* Labels that people select by come first. */
static const char *const preferred[] = {
	"app.kubernetes.io/name",      "app", "k8s-app", "role", "component",
	"app.kubernetes.io/component", "name"};

/* Labels that change with every release. */
static const char *const transient[] = {
	"helm.sh/chart",
	"app.kubernetes.io/version",
	"app.kubernetes.io/managed-by",
};

static const char *str(const struct ward_explainer *explainer, ward_sym sym)
{
	return ward_symbol_str(explainer->symbols, sym);
}

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* Can it stand in YAML as it is, and stay a string? */
static bool is_plain(const char *value)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on",
					    "off",  "null",  "y",   "n"};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return false;
	if (!isalpha((unsigned char)*value))
		return false;
	for (; *value; value++)
		if (!isalnum((unsigned char)*value) && !strchr("-_./", *value))
			return false;
	return true;
}

const char *ward_fix_word(struct ward_explainer *explainer, const char *word)
{
	return is_plain(word) ? word : ward_explain_format(explainer, "\"%s\"", word);
}

bool ward_fix_same_owner(const struct ward_explainer *explainer, const struct ward_endpoint *a,
			 const struct ward_endpoint *b)
{
	struct ward_object x = ward_who_owner(explainer->question->snapshot, a);
	struct ward_object y = ward_who_owner(explainer->question->snapshot, b);

	return x.kind == y.kind && x.ns == y.ns && x.name == y.name;
}

static bool labels_have(struct ward_labels all, struct ward_labels some)
{
	for (uint32_t i = 0; i < some.n; i++)
		if (ward_labels_get(all, some.items[i].key) != some.items[i].value)
			return false;
	return true;
}

/* Do these labels select pods of this one workload only? */
static bool labels_are_own(const struct ward_explainer *explainer, const struct ward_endpoint *pod,
			   struct ward_labels labels)
{
	for (uint32_t i = 0; i < explainer->tables->n_endpoints; i++) {
		const struct ward_endpoint *other = &explainer->tables->endpoints[i];

		if (other->object.ns == pod->object.ns &&
		    labels_have(ward_engine_labels(explainer->question->engine, other->labels),
				labels) &&
		    !ward_fix_same_owner(explainer, other, pod))
			return false;
	}
	return true;
}

/* One preferred label if it is enough, else all that last. */
static struct ward_labels own_labels(struct ward_explainer *explainer,
				     const struct ward_endpoint *pod)
{
	struct ward_labels all = ward_engine_labels(explainer->question->engine, pod->labels);
	struct ward_label *kept =
		ward_arena_new_n(&explainer->answer->arena, struct ward_label, all.n + 1);
	uint32_t n = 0;

	for (size_t p = 0; p < WARD_ARRAY_SIZE(preferred); p++) {
		for (uint32_t i = 0; i < all.n; i++) {
			struct ward_labels one = {1, &all.items[i]};

			if (strcmp(str(explainer, all.items[i].key), preferred[p]) == 0 &&
			    labels_are_own(explainer, pod, one))
				return one;
		}
	}
	for (uint32_t i = 0; i < all.n; i++)
		if (all.items[i].key != WARD_SYM_SERVICE_ACCOUNT &&
		    !is_one_of(str(explainer, all.items[i].key), ward_controller_labels,
			       WARD_N_CONTROLLER_LABEL) &&
		    !is_one_of(str(explainer, all.items[i].key), transient,
			       WARD_ARRAY_SIZE(transient)))
			kept[n++] = all.items[i];
	return (struct ward_labels){n, kept};
}

const char *ward_fix_selector(struct ward_explainer *explainer, const struct ward_endpoint *pod)
{
	struct ward_labels labels = own_labels(explainer, pod);
	const char *text = "";

	if (!labels.n)
		return "{}";
	for (uint32_t i = 0; i < labels.n; i++)
		text = ward_explain_format(
			explainer, "%s%s%s: %s", text, i ? ", " : "",
			ward_fix_word(explainer, str(explainer, labels.items[i].key)),
			ward_fix_word(explainer, str(explainer, labels.items[i].value)));
	return ward_explain_format(explainer, "{matchLabels: {%s}}", text);
}

const char *ward_fix_networks(struct ward_explainer *explainer, const struct ward_view *view,
			      const char *separator)
{
	bool out = view->direction == WARD_EGRESS;
	const struct ward_who *who = out ? explainer->question->to : explainer->question->from;
	const char *list = "";
	char text[WARD_CIDR_TEXT];
	uint32_t n;
	const struct ward_pair *pairs = ward_explain_family(explainer->answer, &n);

	if (who->kind == WARD_WHO_WORLD)
		return ward_explain_format(explainer, "\"0.0.0.0/0\"%s\"::/0\"", separator);
	if (who->kind == WARD_WHO_CIDR)
		return ward_explain_format(explainer, "\"%s\"", ward_cidr_str(who->cidr, text));
	for (uint32_t i = 0; i < n; i++) {
		struct ward_ip ip = out ? pairs[i].to_end.ip : pairs[i].from_end.ip;
		struct ward_cidr cidr = {ip, ip.family == WARD_FAMILY_4 ? 32 : 128};

		list = ward_explain_format(explainer, "%s%s\"%s\"", list, i ? separator : "",
					   ward_cidr_str(cidr, text));
	}
	return list;
}

const char *ward_fix_place(struct ward_explainer *explainer, struct ward_mark mark)
{
	if (mark.file == WARD_NONE || !mark.line)
		return "";
	return ward_explain_format(explainer, " (%s:%u)", str(explainer, mark.file), mark.line);
}

const char *ward_fix_rule_name(struct ward_explainer *explainer, const struct ward_rule_ref *at)
{
	_cleanup_free_ char *path = ward_rule_ref_path(at);
	const struct ward_object *origin = &at->policy->origin;

	return ward_explain_format(explainer, "%s of %s %s%s%s%s", path,
				   ward_kind_str(origin->kind), str(explainer, origin->ns),
				   origin->ns == WARD_NONE ? "" : "/", str(explainer, origin->name),
				   ward_fix_place(explainer, at->rule->mark));
}
