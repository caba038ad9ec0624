/* SPDX-License-Identifier: Apache-2.0 */
/* Peers of the cluster-wide policies (B4, B6, B8.9). */
#include <stdio.h>
#include <string.h>

#include "kube/cluster-rules.h"
#include "kube/names.h"

enum {
	ITEMS_MAX = 25,	   /* B2.14, B2.16 */
	CIDR_MAX_LEN = 43, /* B2.14 */
};

/* A selector whose words the server does not look at (B2.26); false when nobody can use it. */
static bool selector_decode(const struct ward_field *field, struct ward_selector *ret_selector)
{
	field->in->tolerant = true;
	field->in->unusable = false;
	*ret_selector = ward_selector_decode(field);
	field->in->tolerant = false;
	return !field->in->unusable;
}

bool ward_cnp_pods_decode(const struct ward_field *pods, bool needs_namespaces,
			  struct ward_selector *ret_namespaces, struct ward_selector *ret_pods)
{
	static const struct ward_known known[] = {
		{"namespaceSelector", "the peer would be pods of all namespaces"},
		{"podSelector"},
		{},
	};
	struct ward_field namespaces = ward_field_get(pods, "namespaceSelector");
	struct ward_field own = ward_field_get(pods, "podSelector");
	bool usable;

	if (!ward_field_is_map(pods))
		return false;
	ward_field_only(pods, known);
	ward_field_needed(&own, "a selector, perhaps {}");
	if (needs_namespaces)
		ward_field_needed(&namespaces, "a selector, perhaps {}");
	usable = selector_decode(&namespaces, ret_namespaces);
	return selector_decode(&own, ret_pods) && usable;
}

/* `{namespaceSelector}`, `{sameLabels}` or `{notSameLabels}` (B8.9). */
static bool is_tenancy(const struct ward_field *field)
{
	return ward_field_get(field, "namespaceSelector").node ||
	       ward_field_get(field, "sameLabels").node ||
	       ward_field_get(field, "notSameLabels").node;
}

static bool tenancy_decode(const struct ward_field *field, struct ward_selector *ret_namespaces)
{
	static const struct ward_known known[] = {
		{"namespaceSelector"}, {"sameLabels"}, {"notSameLabels"}, {}};
	bool unusable = false;
	struct ward_field one = ward_field_only_one(field, known, &unusable);

	if (!one.node || unusable)
		return false;
	if (strcmp(one.name, "namespaceSelector") == 0)
		return selector_decode(&one, ret_namespaces);
	ward_field_list(&one);
	ward_field_warn(&one, "unusable", WARD_FAILS_CLOSED,
			"was taken out of the API and is not judged");
	return false;
}

/* `pods: {namespaces: {…}, podSelector: {…}}`, as it once was. */
static bool old_pods_decode(const struct ward_field *pods, struct ward_cnp_peer *peer)
{
	static const struct ward_known known[] = {{"namespaces"}, {"podSelector"}, {}};
	struct ward_field namespaces = ward_field_get(pods, "namespaces");
	struct ward_field own = ward_field_get(pods, "podSelector");
	bool usable;

	ward_field_only(pods, known);
	ward_field_needed(&own, "a selector, perhaps {}");
	usable = tenancy_decode(&namespaces, &peer->namespaces);
	return selector_decode(&own, &peer->pods) && usable;
}

static bool pods_decode(const struct ward_dialect *dialect, const struct ward_field *field,
			struct ward_cnp_peer *peer)
{
	peer->kind = WARD_CNP_PODS;
	if (dialect->tenancy && ward_field_get(field, "namespaces").node)
		return old_pods_decode(field, peer);
	return ward_cnp_pods_decode(field, dialect->needs_namespaces, &peer->namespaces,
				    &peer->pods);
}

/* Right in the oldest API, and nearly everyone's mistake in this one (B2.27). */
static void trap_report(const struct ward_field *field)
{
	ward_field_error(field, "unknown-field",
			 "write the selector itself: namespaces: {matchLabels: …}. The API server "
			 "would drop this, and the peer would be every namespace",
			 "expected a selector, found a selector inside another");
}

static bool namespaces_decode(const struct ward_dialect *dialect, const struct ward_field *field,
			      struct ward_cnp_peer *peer)
{
	peer->kind = WARD_CNP_PODS;
	if (!ward_field_is_map(field))
		return false;
	if (dialect->tenancy && is_tenancy(field))
		return tenancy_decode(field, &peer->namespaces);
	if (is_tenancy(field) && !field->in->decode->like_server) {
		trap_report(field);
		return true;
	}
	return selector_decode(field, &peer->namespaces);
}

static bool nodes_decode(const struct ward_dialect *dialect, const struct ward_field *field,
			 struct ward_cnp_peer *peer)
{
	(void)dialect;
	peer->kind = WARD_CNP_NODES;
	return selector_decode(field, &peer->nodes);
}

static bool cidr_unusable(const struct ward_field *item)
{
	ward_field_warn(item, "unusable", WARD_FAILS_CLOSED,
			"expected an address block such as 10.0.0.0/8, found %.60s",
			item->node->text);
	return false;
}

/* The older API only looks for exactly one of ':' and '.'. */
static bool has_one_family(const char *text)
{
	return !strchr(text, ':') != !strchr(text, '.');
}

static bool cidr_decode(const struct ward_dialect *dialect, const struct ward_field *item,
			struct ward_cidr *ret_cidr)
{
	static const char hint[] = "such as 10.0.0.0/8 or 2001:db8::/32";
	const char *text = ward_field_str(item);
	unsigned lenient = 0;
	char plain[WARD_CIDR_TEXT], write[64];
	bool parses;

	if (!text) {
		if (ward_node_is_null(item->node))
			ward_field_expected(item, "bad-cidr", hint, "an address block");
		return false;
	}
	parses = ward_cidr_parse(text, ret_cidr, &lenient) == 0 &&
		 !(lenient & ~(unsigned)WARD_CIDR_HOST_BITS);
	if (strlen(text) > CIDR_MAX_LEN ||
	    (dialect->checks_cidrs ? !parses : !has_one_family(text))) {
		ward_field_expected(item, "bad-cidr", hint, "an address block");
		return false;
	}
	if (!parses)
		return cidr_unusable(item);
	if (!lenient)
		return true;
	snprintf(write, sizeof(write), "write %s", ward_cidr_str(*ret_cidr, plain));
	ward_field_warn(item, "lenient-cidr", write,
			"%.60s has bits set below its mask, read as %s", text, plain);
	return true;
}

/* The number of elements of a set of texts: 1 to 25, none twice; 0 when wrong. */
static uint32_t set_length(const struct ward_field *list)
{
	uint32_t n = ward_field_list(list);

	if (list->node->type == WARD_NODE_LIST && (n < 1 || n > ITEMS_MAX)) {
		ward_field_error(list, "wrong-length", "make more peers, or more rules",
				 "expected 1 to %u elements, found %u", ITEMS_MAX, n);
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		for (uint32_t k = 0; k < i; k++) {
			const struct ward_node *before = &list->node->items[k];

			if (item.node->type == WARD_NODE_STRING &&
			    before->type == WARD_NODE_STRING &&
			    strcmp(item.node->text, before->text) == 0)
				ward_field_error(&item, "duplicate-item", "remove one of the two",
						 "%.60s is in the list already", before->text);
		}
	}
	return n;
}

static bool networks_decode(const struct ward_dialect *dialect, const struct ward_field *field,
			    struct ward_cnp_peer *peer)
{
	uint32_t n = set_length(field);
	struct ward_cidr *cidrs = ward_arena_new_n(field->in->arena, struct ward_cidr, n);
	bool usable = true;

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(field, i);

		usable &= cidr_decode(dialect, &item, &cidrs[i]);
	}
	peer->kind = WARD_CNP_NETWORKS;
	peer->n_networks = n;
	peer->networks = cidrs;
	return usable;
}

static bool is_digit_or_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One label of B6.1, which by a slip of the pattern may begin with any of [\]^_`. */
static bool is_domain_label(const char *text, size_t len)
{
	bool first = len && ((text[0] >= 'A' && text[0] <= 'z') || is_digit_or_letter(text[0]));

	if (!first || (len > 1 && !is_digit_or_letter(text[len - 1])))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_digit_or_letter(text[i]) && text[i] != '-' && text[i] != '_')
			return false;
	return true;
}

static bool is_domain(const char *text)
{
	uint32_t n = 0;

	if (strncmp(text, "*.", 2) == 0)
		text += 2;
	while (*text) {
		size_t len = strcspn(text, ".");

		if (!is_domain_label(text, len))
			return false;
		text += len;
		text += *text == '.';
		n++;
	}
	return n >= 2;
}

static bool domains_decode(const struct ward_dialect *dialect, const struct ward_field *field,
			   struct ward_cnp_peer *peer)
{
	uint32_t n = set_length(field);
	ward_sym *domains = ward_arena_new_n(field->in->arena, ward_sym, n);

	(void)dialect;
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(field, i);
		const char *text = ward_field_str(&item);

		if (text ? !is_domain(text) : ward_node_is_null(item.node))
			ward_field_expected(&item, "bad-domain",
					    "such as example.com, or *.example.com for all below",
					    "the name of a domain");
		domains[i] = text ? ward_symbol(field->in->symbols, text) : WARD_NONE;
	}
	peer->kind = WARD_CNP_DOMAINS;
	peer->n_domains = n;
	peer->domains = domains;
	return true;
}

static const struct {
	const char *name;
	bool (*decode)(const struct ward_dialect *dialect, const struct ward_field *field,
		       struct ward_cnp_peer *peer);
} members[] = {
	{"namespaces", namespaces_decode}, {"pods", pods_decode},	    {"nodes", nodes_decode},
	{"networks", networks_decode},	   {"domainNames", domains_decode},
};

void ward_cnp_peer_decode(const struct ward_dialect *dialect, enum ward_direction direction,
			  struct ward_cnp_peer *peer, const struct ward_field *item)
{
	bool unusable = false;
	struct ward_field one;

	*peer = (struct ward_cnp_peer){.mark = ward_field_mark(item), .kind = WARD_CNP_UNUSABLE};
	one = ward_field_only_one(item, dialect->peer[direction], &unusable);
	for (size_t i = 0; one.node && i < WARD_ARRAY_SIZE(members); i++)
		if (strcmp(members[i].name, one.name) == 0)
			unusable |= !members[i].decode(dialect, &one, peer);
	if (unusable)
		*peer = (struct ward_cnp_peer){.mark = peer->mark, .kind = WARD_CNP_UNUSABLE};
}
