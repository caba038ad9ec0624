/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/inventory.h"

#include <string.h>

/* The slot number of a key; WARD_NONE when nothing of that name was ever put. */
static uint32_t slot_find(const struct inventory *inventory, enum ward_kind kind, ward_sym ns,
			  ward_sym name)
{
	uint32_t key[3] = {kind, ns, name};
	uint32_t id = ward_intern_find(&inventory->keys, key, sizeof(key));

	return id == WARD_NONE ? WARD_NONE : inventory->slots.items[id];
}

/* Where the slot number of a key is kept; WARD_NONE in there: to be filled in by the caller.  Valid
 * until the next key. */
static uint32_t *slot_make(struct inventory *inventory, enum ward_kind kind, ward_sym ns,
			   ward_sym name)
{
	uint32_t key[3] = {kind, ns, name};
	uint32_t id = ward_intern(&inventory->keys, key, sizeof(key));

	if (id == inventory->slots.n)
		ward_vec_push(&inventory->slots, WARD_NONE);
	return &inventory->slots.items[id];
}

static uint32_t labels_intern(struct inventory *inventory, struct ward_labels labels)
{
	return ward_intern(&inventory->label_sets, labels.items, labels.n * sizeof(*labels.items));
}

struct ward_labels inventory_labels(const struct inventory *inventory, uint32_t labels)
{
	size_t size;
	const struct ward_label *items = ward_intern_bytes(&inventory->label_sets, labels, &size);

	return (struct ward_labels){.n = (uint32_t)(size / sizeof(*items)), .items = items};
}

const struct named_port *inventory_ports(const struct inventory *inventory, uint32_t ports,
					 uint32_t *ret_n)
{
	size_t size;
	const struct named_port *items = ward_intern_bytes(&inventory->port_sets, ports, &size);

	*ret_n = (uint32_t)(size / sizeof(*items));
	return items;
}

static uint32_t environment_of(struct ward_labels labels, ward_sym name)
{
	ward_sym env = ward_labels_get(labels, WARD_SYM_ENV);

	/* Symbols stay far below 2^31, so a namespace's own number cannot be a value's. */
	return env == WARD_NONE || env == WARD_SYM_EMPTY ? name | UINT32_C(1) << 31 : env;
}

static void namespace_set(struct inventory *inventory, uint32_t index, struct ward_labels labels)
{
	struct inventory_namespace *ns = &inventory->namespaces.items[index];

	ns->labels = labels_intern(inventory, labels);
	ns->environment = environment_of(labels, ns->name);
}

static void namespace_set_bare(struct inventory *inventory, uint32_t index)
{
	struct ward_label automatic = {
		.key = WARD_SYM_METADATA_NAME,
		.value = inventory->namespaces.items[index].name,
	};

	namespace_set(inventory, index, (struct ward_labels){.n = 1, .items = &automatic});
}

uint32_t inventory_namespace(struct inventory *inventory, ward_sym name)
{
	uint32_t *slot = slot_make(inventory, WARD_KIND_NAMESPACE, WARD_NONE, name);

	if (*slot == WARD_NONE) {
		struct inventory_namespace ns = {.name = name};

		*slot = inventory->namespaces.n;
		ward_vec_push(&inventory->namespaces, ns);
		namespace_set_bare(inventory, *slot);
	}
	return *slot;
}

uint32_t inventory_find_namespace(const struct inventory *inventory, ward_sym name)
{
	return slot_find(inventory, WARD_KIND_NAMESPACE, WARD_NONE, name);
}

static void namespace_put(struct inventory *inventory, const struct ward_namespace *object)
{
	uint32_t index = inventory_namespace(inventory, object->object.name);

	inventory->namespaces.items[index].live = true;
	namespace_set(inventory, index, object->labels);
}

/* What refers to it still does: it goes back to its automatic label. */
static bool namespace_remove(struct inventory *inventory, uint32_t index)
{
	struct inventory_namespace *ns = &inventory->namespaces.items[index];
	bool was_live = ns->live;

	ns->live = false;
	namespace_set_bare(inventory, index);
	return was_live;
}

static void node_put(struct inventory *inventory, const struct ward_node_object *object)
{
	uint32_t *slot = slot_make(inventory, WARD_KIND_NODE, WARD_NONE, object->object.name);
	struct inventory_node *node;

	if (*slot == WARD_NONE) {
		struct inventory_node new = {.name = object->object.name};

		*slot = inventory->nodes.n;
		ward_vec_push(&inventory->nodes, new);
	}
	node = &inventory->nodes.items[*slot];
	node->live = true;
	node->labels = labels_intern(inventory, object->labels);
	ward_vec_clear(&node->ips);
	for (uint32_t i = 0; i < object->n_ips; i++)
		ward_vec_push(&node->ips, object->ips[i]);
}

static uint32_t ports_intern(struct inventory *inventory, const struct ward_pod *pod)
{
	WARD_VEC(struct named_port) named = {};
	uint32_t id;

	for (uint32_t i = 0; i < pod->n_ports; i++) {
		struct named_port port = {pod->ports[i].name, pod->ports[i].proto,
					  pod->ports[i].number};

		if (port.name != WARD_NONE)
			ward_vec_push(&named, port);
	}
	id = ward_intern(&inventory->port_sets, named.items, named.n * sizeof(*named.items));
	ward_vec_done(&named);
	return id;
}

static void pod_put(struct inventory *inventory, const struct ward_pod *object)
{
	uint32_t ns = inventory_namespace(inventory, object->object.ns);
	uint32_t *slot =
		slot_make(inventory, object->object.kind, object->object.ns, object->object.name);
	struct inventory_pod *pod;

	if (*slot == WARD_NONE) {
		struct inventory_pod new = {};

		*slot = inventory->pods.n;
		ward_vec_push(&inventory->pods, new);
	}
	pod = &inventory->pods.items[*slot];
	pod->live = true;
	pod->object = object->object;
	pod->node = object->node;
	pod->host_network = object->host_network;
	pod->finished = object->finished;
	pod->labels = labels_intern(inventory, object->labels);
	pod->ports = ports_intern(inventory, object);
	pod->ns = ns;
	pod->started = object->started;
	ward_vec_clear(&pod->ips);
	for (uint32_t i = 0; i < object->n_ips; i++)
		ward_vec_push(&pod->ips, object->ips[i]);
}

void inventory_put(struct inventory *inventory, const struct ward_object *object)
{
	if (object->kind == WARD_KIND_NAMESPACE)
		namespace_put(inventory, (const struct ward_namespace *)object);
	else if (object->kind == WARD_KIND_NODE)
		node_put(inventory, (const struct ward_node_object *)object);
	else if (ward_kind_is_pod(object->kind))
		pod_put(inventory, (const struct ward_pod *)object);
}

bool inventory_remove(struct inventory *inventory, enum ward_kind kind, ward_sym ns, ward_sym name)
{
	uint32_t slot = slot_find(inventory, kind, ns, name);
	bool *live, was_live;

	if (slot == WARD_NONE)
		return false;
	if (kind == WARD_KIND_NAMESPACE)
		return namespace_remove(inventory, slot);
	live = kind == WARD_KIND_NODE ? &inventory->nodes.items[slot].live
				      : &inventory->pods.items[slot].live;
	was_live = *live;
	*live = false;
	return was_live;
}

void inventory_init(struct inventory *inventory, struct ward_symbols *symbols)
{
	*inventory = (struct inventory){.symbols = symbols};
	ward_intern(&inventory->label_sets, NULL, 0);
	ward_intern(&inventory->port_sets, NULL, 0);
}

void inventory_done(struct inventory *inventory)
{
	for (uint32_t i = 0; i < inventory->nodes.n; i++)
		ward_vec_done(&inventory->nodes.items[i].ips);
	for (uint32_t i = 0; i < inventory->pods.n; i++)
		ward_vec_done(&inventory->pods.items[i].ips);
	ward_vec_done(&inventory->nodes);
	ward_vec_done(&inventory->pods);
	ward_vec_done(&inventory->namespaces);
	ward_vec_done(&inventory->slots);
	ward_intern_done(&inventory->keys);
	ward_intern_done(&inventory->label_sets);
	ward_intern_done(&inventory->port_sets);
}
