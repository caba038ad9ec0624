/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of an exposure as people read them: labels, ranges, ports. */
#include <string.h>

#include "analysis/exposure-build.h"
#include "analysis/ports.h"

static const uint64_t *values_of(const struct ward_exposer *exposer,
				 const struct ward_exposed_row *row, uint32_t v)
{
	return row->peer + exposer->space.vars.items[v].offset[WARD_TO];
}

static const char *copy(const struct ward_exposer *exposer, ward_sym sym)
{
	const char *text = ward_symbol_str(&exposer->space.symbols, sym);

	return ward_arena_strndup(exposer->arena, text, strlen(text));
}

/* ---- labels ---- */

static int text_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* False: the label may be anything. */
static bool label_make(const struct ward_exposer *exposer, const struct ward_exposed_row *row,
		       uint32_t v, struct ward_exposed_label *ret_label)
{
	const struct ward_var *var = &exposer->space.vars.items[v];
	const uint64_t *values = values_of(exposer, row, v);
	const char **texts = ward_arena_new_n(exposer->arena, const char *, var->named.n);
	uint32_t absent = ward_var_absent(var);
	struct ward_exposed_label label = {
		.key = copy(exposer, var->key),
		.except = ward_values_any(values, var->named.n, absent - 1),
		.absent = ward_values_any(values, absent, absent) ||
			  ward_space_is_always(&exposer->space, v),
		.values = texts,
	};

	for (uint32_t i = 0; i < var->named.n; i++)
		if (ward_values_any(values, i, i) != label.except)
			texts[label.n_values++] =
				copy(exposer,
				     *(const ward_sym *)ward_intern_bytes(&var->named, i, NULL));
	qsort(texts, label.n_values, sizeof(*texts), text_cmp);
	*ret_label = label;
	ret_label->absent &= !ward_space_is_always(&exposer->space, v) || label.except;
	return !label.except || !label.absent || label.n_values;
}

static int label_cmp(const void *a, const void *b)
{
	const struct ward_exposed_label *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static struct ward_exposed_labels labels_make(const struct ward_exposer *exposer,
					      const struct ward_exposed_row *row,
					      enum ward_var_kind kind)
{
	struct ward_exposed_label *items =
		ward_arena_new_n(exposer->arena, struct ward_exposed_label, exposer->space.vars.n);
	struct ward_exposed_labels labels = {.items = items};

	for (uint32_t v = 0; v < exposer->space.vars.n; v++)
		if (exposer->space.vars.items[v].kind == kind &&
		    label_make(exposer, row, v, &items[labels.n]))
			labels.n++;
	qsort(items, labels.n, sizeof(*items), label_cmp);
	return labels;
}

/* Of namespaces that are all there the labels need not be said. */
static void labels_leave_known(const struct ward_exposer *exposer,
			       const struct ward_exposed_row *row,
			       struct ward_exposed_labels *labels)
{
	const struct ward_var *name = &exposer->space.vars.items[exposer->space.name];
	const uint64_t *values = values_of(exposer, row, exposer->space.name);
	struct ward_exposed_label *items = (struct ward_exposed_label *)labels->items;
	uint32_t n_named = 0, n_given = 0, n = 0;

	for (uint32_t i = 0; i < name->named.n; i++)
		n_named += ward_values_any(values, i, i);
	for (uint32_t i = 0; i < exposer->given.n; i++) {
		uint32_t own = ward_exposer_value(exposer, exposer->space.name,
						  exposer->given.items[i]->labels);

		n_given += ward_values_any(values, own, own);
	}
	if (n_named != n_given || ward_values_any(values, name->named.n, name->named.n))
		return;
	for (uint32_t i = 0; i < labels->n; i++)
		if (strcmp(items[i].key, "kubernetes.io/metadata.name") == 0)
			items[n++] = items[i];
	labels->n = n;
}

static struct ward_exposed_labels namespaces_make(const struct ward_exposer *exposer,
						  const struct ward_exposed_row *row)
{
	struct ward_exposed_labels labels = labels_make(exposer, row, WARD_VAR_NAMESPACE);

	labels_leave_known(exposer, row, &labels);
	return labels;
}

/* ---- addresses and ports ---- */

static struct ward_ip piece_last(const struct ward_space *space, uint32_t piece)
{
	const struct ward_ip *first = &space->pieces.items[piece];

	if (piece + 1 == space->pieces.n || first[1].family != first->family)
		return ward_ip_max(first->family);
	return ward_ip_prev(first[1]);
}

static void ranges_make(const struct ward_exposer *exposer, const struct ward_exposed_row *row,
			struct ward_exposed_peer *peer)
{
	const struct ward_space *space = &exposer->space;
	const uint64_t *values = values_of(exposer, row, space->address);
	struct ward_ip_range *ranges =
		ward_arena_new_n(exposer->arena, struct ward_ip_range, space->pieces.n);

	for (uint32_t i = 0; i < space->pieces.n; i++) {
		struct ward_ip first = space->pieces.items[i];

		if (!ward_values_any(values, i, i))
			continue;
		if (i && ward_values_any(values, i - 1, i - 1) &&
		    first.family == space->pieces.items[i - 1].family)
			ranges[peer->n_ranges - 1].last = piece_last(space, i);
		else
			ranges[peer->n_ranges++] =
				(struct ward_ip_range){first, piece_last(space, i)};
	}
	peer->ranges = ranges;
}

static void ports_make(const struct ward_exposer *exposer, const struct ward_exposed_row *row,
		       struct ward_port_set *set)
{
	const struct ward_space *space = &exposer->space;
	struct ward_port_range *ranges =
		ward_arena_new_n(exposer->arena, struct ward_port_range, space->services.n);

	*set = (struct ward_port_set){.ranges = ranges};
	for (uint32_t i = 0; i < space->services.n; i++) {
		const struct ward_service_piece *piece = &space->services.items[i];
		struct ward_port_range *last = set->n ? &ranges[set->n - 1] : NULL;

		if (!ward_values_any(row->services, i, i))
			continue;
		if (piece->proto == WARD_OTHER)
			set->other = true;
		else if (last && last->proto == piece->proto && last->high + 1 == piece->low)
			last->high = piece->high;
		else
			ranges[set->n++] =
				(struct ward_port_range){piece->proto, piece->low, piece->high};
	}
}

static void names_make(const struct ward_exposer *exposer, const struct ward_exposed_row *row,
		       struct ward_exposed_peer *peer)
{
	uint32_t n = exposer->space.vars.n;
	const char **names = ward_arena_new_n(exposer->arena, const char *, n);
	const char **unnamed = ward_arena_new_n(exposer->arena, const char *, n);

	peer->names = names;
	peer->unnamed = unnamed;
	for (uint32_t v = 0; v < n && exposer->direction == WARD_EGRESS; v++) {
		const struct ward_var *var = &exposer->space.vars.items[v];

		if (var->kind != WARD_VAR_NAME || row->kind != WARD_SPACE_NEW)
			continue;
		if (!ward_values_any(values_of(exposer, row, v), 0, 0))
			names[peer->n_names++] = copy(exposer, var->key);
		else if (!ward_values_any(values_of(exposer, row, v), 1, 1))
			unnamed[peer->n_unnamed++] = copy(exposer, var->key);
	}
}

/* Fewer demands first; then as the rules come. */
static uint32_t demands(const struct ward_exposed_peer *peer)
{
	return peer->namespaces.n + peer->labels.n + peer->n_names + peer->n_unnamed;
}

static void peers_sort(struct ward_exposed_peer *peers, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct ward_exposed_peer peer = peers[i];
		uint32_t k = i;

		for (; k &&
		       (peers[k - 1].kind > peer.kind || (peers[k - 1].kind == peer.kind &&
							  demands(&peers[k - 1]) > demands(&peer)));
		     k--)
			peers[k] = peers[k - 1];
		peers[k] = peer;
	}
}

const struct ward_exposed_peer *ward_exposer_peers(struct ward_exposer *exposer, uint32_t *ret_n)
{
	struct ward_exposed_peer *peers =
		ward_arena_new_n(exposer->arena, struct ward_exposed_peer, exposer->rows.n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < exposer->rows.n; i++) {
		const struct ward_exposed_row *row = &exposer->rows.items[i];
		struct ward_exposed_peer peer = {.kind = row->kind, .witness = row->witness};

		if (row->kind == WARD_SPACE_NEW)
			peer.namespaces = namespaces_make(exposer, row);
		if (row->kind != WARD_SPACE_OUTSIDE)
			peer.labels = labels_make(exposer, row,
						  row->kind == WARD_SPACE_NODE ? WARD_VAR_NODE
									       : WARD_VAR_POD);
		if (row->kind == WARD_SPACE_OUTSIDE)
			ranges_make(exposer, row, &peer);
		names_make(exposer, row, &peer);
		ports_make(exposer, row, &peer.ports);
		peers[n++] = peer;
	}
	peers_sort(peers, n);
	*ret_n = n;
	return peers;
}
