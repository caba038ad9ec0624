/* SPDX-License-Identifier: Apache-2.0 */
/* The first pass over the policies: which variables there are, and which values of each count. */
#include "analysis/space.h"

#include <string.h>

#include "analysis/mask.h"
#include "analysis/space-build.h"

struct var_key {
	uint32_t kind;
	ward_sym key;
};

ward_sym ward_space_sym(struct ward_space *space, const struct ward_symbols *symbols, ward_sym sym)
{
	return sym == WARD_NONE || symbols == &space->symbols
		       ? sym
		       : ward_symbol(&space->symbols, ward_symbol_str(symbols, sym));
}

uint32_t ward_space_var(struct ward_space *space, enum ward_var_kind kind, ward_sym key)
{
	struct var_key bytes = {kind, key};
	uint32_t id = ward_intern(&space->keys, &bytes, sizeof(bytes));

	if (id == space->vars.n)
		ward_vec_push(&space->vars, ((struct ward_var){
						    .kind = kind,
						    .key = key,
						    .n_other = 1,
					    }));
	return id;
}

static void value_add(struct ward_space *space, uint32_t var, ward_sym value)
{
	ward_intern(&space->vars.items[var].named, &value, sizeof(value));
}

uint32_t ward_space_value(const struct ward_space *space, uint32_t var,
			  const struct ward_symbols *symbols, ward_sym value)
{
	const struct ward_var *of = &space->vars.items[var];
	uint32_t found;

	if (value == WARD_NONE)
		return ward_var_absent(of);
	if (symbols != &space->symbols)
		value = ward_symbol_find(&space->symbols, ward_symbol_str(symbols, value));
	found = value == WARD_NONE ? WARD_NONE
				   : ward_intern_find(&of->named, &value, sizeof(value));
	return found == WARD_NONE ? of->named.n : found;
}

/* ---- what selectors, ports and blocks speak of ---- */

struct collector {
	struct ward_space *space;
	const struct ward_symbols *symbols;
};

static void collect_selector(const struct collector *in, enum ward_var_kind kind,
			     const struct ward_selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *item = &selector->items[i];
		uint32_t var = ward_space_var(in->space, kind,
					      ward_space_sym(in->space, in->symbols, item->key));

		for (uint32_t v = 0; v < item->n_values; v++)
			value_add(in->space, var,
				  ward_space_sym(in->space, in->symbols, item->values[v]));
	}
}

static void collect_scope(const struct collector *in, const struct ward_scope *scope)
{
	collect_selector(in, WARD_VAR_NAMESPACE, &scope->namespaces);
	collect_selector(in, WARD_VAR_POD, &scope->pods);
}

static void cut_address(struct ward_space *space, struct ward_ip_range range)
{
	ward_vec_push(&space->pieces, range.first);
	if (!ward_ip_is_max(range.last))
		ward_vec_push(&space->pieces, ward_ip_next(range.last));
	space->has_blocks = true;
}

static void cut_port(struct ward_space *space, enum ward_proto proto, uint32_t first)
{
	if (first >= 1 && first <= UINT16_MAX && proto < WARD_OTHER)
		ward_vec_push(&space->services,
			      ((struct ward_service_piece){proto, (uint16_t)first, 0}));
}

static void collect_peer(const struct collector *in, const struct ward_peer *peer)
{
	for (uint32_t i = 0; i < peer->n_cidrs; i++)
		cut_address(in->space, ward_cidr_range(peer->cidrs[i]));
	for (uint32_t i = 0; i < peer->n_excepts; i++)
		cut_address(in->space, ward_cidr_range(peer->excepts[i]));
	if (peer->kind == WARD_PEER_SCOPE)
		collect_scope(in, &peer->scope);
	if (peer->kind == WARD_PEER_NODES) {
		collect_selector(in, WARD_VAR_NODE, &peer->nodes);
		in->space->has_nodes = true;
	}
	in->space->has_environments |= peer->same_environment;
}

static void collect_rule(const struct collector *in, const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		collect_peer(in, &rule->peers[i]);
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];

		if (port->name != WARD_NONE) {
			ward_space_var(in->space, WARD_VAR_NAME,
				       ward_space_sym(in->space, in->symbols, port->name));
			continue;
		}
		cut_port(in->space, port->proto, port->low);
		cut_port(in->space, port->proto, port->high + 1u);
	}
}

static void collect_namespace(const struct collector *in, uint32_t version,
			      const struct ward_namespace *ns)
{
	struct ward_space *space = in->space;
	ward_sym name = ward_space_sym(space, in->symbols, ns->object.name);
	struct ward_label *labels =
		ward_arena_new_n(&space->arena, struct ward_label, ns->labels.n);
	struct ward_labels own = {ns->labels.n, labels};
	uint32_t i = 0;

	for (uint32_t k = 0; k < own.n; k++)
		labels[k] = (struct ward_label){
			ward_space_sym(space, in->symbols, ns->labels.items[k].key),
			ward_space_sym(space, in->symbols, ns->labels.items[k].value),
		};
	while (i < space->namespaces.n && space->namespaces.items[i].name != name)
		i++;
	if (i == space->namespaces.n)
		ward_vec_push(&space->namespaces, ((struct ward_space_namespace){
							  .name = name,
							  .labels = {own, own},
						  }));
	for (uint32_t later = version; later < WARD_SPACE_VERSIONS; later++)
		space->namespaces.items[i].labels[later] = own;
}

static void collect_source(struct ward_space *space, const struct ward_space_source *source,
			   uint32_t version)
{
	const struct collector in = {space, source->symbols};

	for (uint32_t p = 0; p < source->n_policies; p++) {
		const struct ward_policy *policy = source->policies[p];

		for (uint32_t s = 0; s < policy->n_subjects; s++)
			collect_scope(&in, &policy->subjects[s]);
		for (uint32_t r = 0; r < policy->n_rules; r++)
			collect_rule(&in, &policy->rules[r]);
	}
	for (uint32_t i = 0; i < source->n_namespaces; i++)
		collect_namespace(&in, version, source->namespaces[i]);
	for (uint32_t i = 0; i < source->n_known; i++)
		value_add(space, space->name,
			  ward_space_sym(space, source->symbols, source->known[i]->object.name));
	for (uint32_t i = 0; i < source->n_ports; i++) {
		cut_port(space, source->ports[i].proto, source->ports[i].number);
		cut_port(space, source->ports[i].proto, source->ports[i].number + 1u);
	}
}

/* The value of a label in a set that is not sorted. */
static ward_sym label_get(struct ward_labels labels, ward_sym key)
{
	for (uint32_t i = 0; i < labels.n; i++)
		if (labels.items[i].key == key)
			return labels.items[i].value;
	return WARD_NONE;
}

static void collect_environments(struct ward_space *space)
{
	space->environment = ward_space_var(space, WARD_VAR_NAMESPACE, WARD_SYM_ENV);
	space->vars.items[space->environment].n_other = 2; /* two may differ, or not */
	value_add(space, space->environment, WARD_SYM_EMPTY);
	for (uint32_t i = 0; i < space->namespaces.n; i++)
		for (uint32_t v = 0; v < space->n_versions; v++) {
			ward_sym env =
				label_get(space->namespaces.items[i].labels[v], WARD_SYM_ENV);

			if (env != WARD_NONE)
				value_add(space, space->environment, env);
		}
}

static void collect_known_environments(struct ward_space *space,
				       const struct ward_space_source *source)
{
	for (uint32_t i = 0; i < source->n_known; i++) {
		ward_sym env = ward_labels_get(source->known[i]->labels, WARD_SYM_ENV);

		if (env != WARD_NONE)
			value_add(space, space->environment,
				  ward_space_sym(space, source->symbols, env));
	}
}

/* ---- cutting ---- */

static int service_cmp(const void *a, const void *b)
{
	const struct ward_service_piece *x = a, *y = b;

	if (x->proto != y->proto)
		return (int)x->proto - (int)y->proto;
	return (int)x->low - (int)y->low;
}

static void seal_services(struct ward_space *space)
{
	struct ward_service_piece *items;
	uint32_t n = 0;

	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++)
		cut_port(space, proto, 1);
	ward_vec_push(&space->services, ((struct ward_service_piece){WARD_OTHER, 0, 0}));
	items = space->services.items;
	qsort(items, space->services.n, sizeof(*items), service_cmp);
	for (uint32_t i = 0; i < space->services.n; i++)
		if (!n || service_cmp(&items[n - 1], &items[i]) != 0)
			items[n++] = items[i];
	space->services.n = n;
	for (uint32_t i = 0; i + 1 < n; i++)
		items[i].high = items[i + 1].proto == items[i].proto
					? (uint16_t)(items[i + 1].low - 1)
					: UINT16_MAX;
}

static int ip_cmp(const void *a, const void *b)
{
	return ward_ip_cmp(*(const struct ward_ip *)a, *(const struct ward_ip *)b);
}

static void seal_pieces(struct ward_space *space)
{
	struct ward_ip *items;
	uint32_t n = 0;

	ward_vec_push(&space->pieces, ward_ip_min(WARD_FAMILY_4));
	ward_vec_push(&space->pieces, ward_ip_min(WARD_FAMILY_6));
	items = space->pieces.items;
	qsort(items, space->pieces.n, sizeof(*items), ip_cmp);
	for (uint32_t i = 0; i < space->pieces.n; i++)
		if (!n || !ward_ip_eq(items[n - 1], items[i]))
			items[n++] = items[i];
	space->pieces.n = n;
}

static void var_seal(struct ward_space *space, struct ward_var *var)
{
	uint32_t n_words;

	switch (var->kind) {
	case WARD_VAR_GIVEN:
		var->n_values = space->namespaces.n;
		break;
	case WARD_VAR_ADDRESS:
		var->n_values = space->pieces.n + 1;
		break;
	case WARD_VAR_SERVICE:
		var->n_values = space->services.n;
		break;
	case WARD_VAR_NAME:
		var->n_values = 2;
		break;
	default:
		var->n_values = var->named.n + var->n_other + 1;
	}
	n_words = (var->n_values + 63) / 64;
	for (int end = 0; end < WARD_N_END_AT; end++) {
		bool shared = var->kind == WARD_VAR_SERVICE || var->kind == WARD_VAR_NAME;

		var->offset[end] = end && shared ? var->offset[0] : space->n_words;
		if (!end || !shared)
			space->n_words += n_words;
	}
}

static void names_seal(struct ward_space *space)
{
	uint32_t n = space->vars.items[space->name].n_values;

	space->namespace_of = ward_arena_new_n(&space->arena, uint32_t, n);
	memset(space->namespace_of, 0xff, n * sizeof(uint32_t));
	for (uint32_t i = 0; i < space->namespaces.n; i++) {
		uint32_t value = ward_space_value(space, space->name, &space->symbols,
						  space->namespaces.items[i].name);

		if (value < space->vars.items[space->name].named.n)
			space->namespace_of[value] = i;
	}
}

void ward_space_init(struct ward_space *space, const struct ward_space_source *sources,
		     uint32_t n_sources)
{
	*space = (struct ward_space){.n_versions = n_sources};
	ward_symbols_init(&space->symbols);
	space->given = ward_space_var(space, WARD_VAR_GIVEN, WARD_SYM_EMPTY);
	space->address = ward_space_var(space, WARD_VAR_ADDRESS, WARD_SYM_EMPTY);
	space->service = ward_space_var(space, WARD_VAR_SERVICE, WARD_SYM_EMPTY);
	space->name = ward_space_var(space, WARD_VAR_NAMESPACE, WARD_SYM_METADATA_NAME);
	for (uint32_t v = 0; v < n_sources; v++)
		collect_source(space, &sources[v], v);
	if (space->has_environments) {
		collect_environments(space);
		for (uint32_t v = 0; v < n_sources; v++)
			collect_known_environments(space, &sources[v]);
	}
	seal_services(space);
	seal_pieces(space);
	for (uint32_t i = 0; i < space->vars.n; i++)
		var_seal(space, &space->vars.items[i]);
	names_seal(space);
	for (uint32_t v = 0; v < n_sources; v++)
		ward_space_lower(space, &sources[v], v);
}

void ward_space_done(struct ward_space *space)
{
	for (uint32_t i = 0; i < space->vars.n; i++)
		ward_intern_done(&space->vars.items[i].named);
	for (uint32_t v = 0; v < WARD_SPACE_VERSIONS; v++)
		for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
			ward_vec_done(&space->versions[v].units[direction]);
	ward_vec_done(&space->vars);
	ward_vec_done(&space->namespaces);
	ward_vec_done(&space->pieces);
	ward_vec_done(&space->services);
	ward_intern_done(&space->keys);
	ward_intern_done(&space->contents);
	ward_symbols_done(&space->symbols);
	ward_arena_done(&space->arena);
	*space = (struct ward_space){};
}

void ward_space_namespaces_find(const struct ward_snapshot *snapshot,
				struct ward_space_namespaces *ret_namespaces)
{
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_NAMESPACE &&
		    !((const struct ward_namespace *)object)->implied)
			ward_vec_push(&ret_namespaces->list, (const struct ward_namespace *)object);
	}
}
