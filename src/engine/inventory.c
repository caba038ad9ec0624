/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/inventory.h"

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

static void namespace_change(struct inventory *inventory, uint32_t index)
{
	if (inventory->namespaces.items[index].changed)
		return;
	inventory->namespaces.items[index].changed = true;
	ward_vec_push(&inventory->changed_namespaces, index);
}

static void namespace_set(struct inventory *inventory, uint32_t index, struct ward_labels labels)
{
	struct inventory_namespace *ns = &inventory->namespaces.items[index];
	uint32_t set = labels_intern(inventory, labels);

	if (ns->labels == set)
		return;
	ns->labels = set;
	ns->environment = environment_of(labels, ns->name);
	namespace_change(inventory, index);
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
		struct inventory_namespace ns = {.name = name, .labels = WARD_NONE};

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

uint32_t inventory_find_pod(const struct inventory *inventory, enum ward_kind kind, ward_sym ns,
			    ward_sym name)
{
	uint32_t slot = slot_find(inventory, kind, ns, name);

	return slot == WARD_NONE || !inventory->pods.items[slot].live ? WARD_NONE : slot;
}

uint32_t inventory_find_node(const struct inventory *inventory, ward_sym name)
{
	uint32_t slot = slot_find(inventory, WARD_KIND_NODE, WARD_NONE, name);

	return slot == WARD_NONE || !inventory->nodes.items[slot].live ? WARD_NONE : slot;
}

/* Was it before? */
static bool live_set(struct inventory *inventory, bool *live, bool now)
{
	bool was = *live;

	*live = now;
	inventory->n_live += now;
	inventory->n_live -= was;
	return was;
}

static void namespace_put(struct inventory *inventory, const struct ward_namespace *object)
{
	uint32_t index = inventory_namespace(inventory, object->object.name);

	live_set(inventory, &inventory->namespaces.items[index].live, true);
	namespace_set(inventory, index, object->labels);
}

/* What refers to it still does: it goes back to its automatic label. */
static bool namespace_remove(struct inventory *inventory, uint32_t index)
{
	bool was_live = live_set(inventory, &inventory->namespaces.items[index].live, false);

	namespace_set_bare(inventory, index);
	return was_live;
}

static bool ips_are(const struct ward_ip *ips, uint32_t n, const struct ward_ip *others,
		    uint32_t n_others)
{
	if (n != n_others)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!ward_ip_eq(ips[i], others[i]))
			return false;
	return true;
}

/* Pods are many and have one or two: room for these and no more. */
static void ips_set(ip_list *list, const struct ward_ip *ips, uint32_t n)
{
	if (list->cap < n) {
		free(list->items);
		list->items = ward_new_n(struct ward_ip, n);
		list->cap = n;
	}
	for (uint32_t i = 0; i < n; i++)
		list->items[i] = ips[i];
	list->n = n;
}

static void node_change(struct inventory *inventory, uint32_t slot)
{
	if (inventory->nodes.items[slot].changed)
		return;
	inventory->nodes.items[slot].changed = true;
	ward_vec_push(&inventory->changed_nodes, slot);
}

static void node_put(struct inventory *inventory, const struct ward_node_object *object)
{
	uint32_t *slot = slot_make(inventory, WARD_KIND_NODE, WARD_NONE, object->object.name);
	uint32_t labels = labels_intern(inventory, object->labels);
	struct inventory_node *node;

	if (*slot == WARD_NONE) {
		struct inventory_node new = {.name = object->object.name};

		*slot = inventory->nodes.n;
		ward_vec_push(&inventory->nodes, new);
	}
	node = &inventory->nodes.items[*slot];
	if (node->live && node->labels == labels &&
	    ips_are(node->ips.items, node->ips.n, object->ips, object->n_ips))
		return;
	node_change(inventory, *slot);
	inventory->nodes_came_or_went |= !live_set(inventory, &node->live, true);
	node->labels = labels;
	ips_set(&node->ips, object->ips, object->n_ips);
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

static void pod_change(struct inventory *inventory, uint32_t slot)
{
	if (inventory->pods.items[slot].changed)
		return;
	inventory->pods.items[slot].changed = true;
	ward_vec_push(&inventory->changed_pods, slot);
}

/* But for the place in its file. */
static bool pod_is(const struct inventory_pod *pod, const struct inventory_pod *new,
		   const struct ward_pod *object)
{
	return pod->live && pod->node == new->node && pod->host_network == new->host_network &&
	       pod->finished == new->finished && pod->labels == new->labels &&
	       pod->ports == new->ports && pod->ns == new->ns &&
	       pod->started == new->started &&ips_are(pod->ips.items, pod->ips.n, object->ips,
						      object->n_ips);
}

/* The labels of a pod, and what is derived from its spec under a key that no label can have. */
static uint32_t pod_labels_intern(struct inventory *inventory, const struct ward_pod *object)
{
	_cleanup_free_ struct ward_label *items =
		ward_new_n(struct ward_label, object->labels.n + 1);
	uint32_t n = 0, i = 0;

	for (; i < object->labels.n && object->labels.items[i].key < WARD_SYM_SERVICE_ACCOUNT; i++)
		items[n++] = object->labels.items[i];
	items[n++] = (struct ward_label){WARD_SYM_SERVICE_ACCOUNT, object->service_account};
	for (; i < object->labels.n; i++)
		items[n++] = object->labels.items[i];
	return labels_intern(inventory, (struct ward_labels){n, items});
}

static void pod_put(struct inventory *inventory, const struct ward_pod *object)
{
	struct inventory_pod *pod, new = {
					   .live = true,
					   .object = object->object,
					   .node = object->node,
					   .host_network = object->host_network,
					   .finished = object->finished,
					   .labels = pod_labels_intern(inventory, object),
					   .ports = ports_intern(inventory, object),
					   .ns = inventory_namespace(inventory, object->object.ns),
					   .started = object->started,
				   };
	uint32_t *slot =
		slot_make(inventory, object->object.kind, object->object.ns, object->object.name);

	if (*slot == WARD_NONE) {
		*slot = inventory->pods.n;
		ward_vec_push(&inventory->pods, (struct inventory_pod){});
	}
	pod = &inventory->pods.items[*slot];
	if (pod_is(pod, &new, object) && ward_mark_eq(pod->object.mark, object->object.mark))
		return;
	pod_change(inventory, *slot);
	live_set(inventory, &pod->live, true);
	new.changed = true;
	new.ips = pod->ips;
	*pod = new;
	ips_set(&pod->ips, object->ips, object->n_ips);
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
	was_live = live_set(inventory, live, false);
	if (was_live && kind == WARD_KIND_NODE) {
		node_change(inventory, slot);
		inventory->nodes_came_or_went = true;
	} else if (was_live) {
		pod_change(inventory, slot);
	}
	return was_live;
}

void inventory_settle(struct inventory *inventory)
{
	for (uint32_t i = 0; i < inventory->changed_namespaces.n; i++)
		inventory->namespaces.items[inventory->changed_namespaces.items[i]].changed = false;
	for (uint32_t i = 0; i < inventory->changed_pods.n; i++)
		inventory->pods.items[inventory->changed_pods.items[i]].changed = false;
	ward_vec_clear(&inventory->changed_namespaces);
	ward_vec_clear(&inventory->changed_pods);
	for (uint32_t i = 0; i < inventory->changed_nodes.n; i++)
		inventory->nodes.items[inventory->changed_nodes.items[i]].changed = false;
	ward_vec_clear(&inventory->changed_nodes);
	inventory->nodes_came_or_went = false;
}

int inventory_cmp_pods(const struct inventory *inventory, const struct inventory_pod *a,
		       const struct inventory_pod *b)
{
	const struct ward_object *x = &a->object, *y = &b->object;
	int cmp = ward_symbol_cmp(inventory->symbols, x->ns, y->ns);

	if (!cmp)
		cmp = ward_symbol_cmp(inventory->symbols, x->name, y->name);
	return cmp ? cmp : (int)x->kind - (int)y->kind;
}

int inventory_cmp_nodes(const struct inventory *inventory, const struct inventory_node *a,
			const struct inventory_node *b)
{
	return ward_symbol_cmp(inventory->symbols, a->name, b->name);
}

static int cmp_node(const void *a, const void *b, void *inventory)
{
	return inventory_cmp_nodes(inventory, a, b);
}

static int cmp_pod(const void *a, const void *b, void *inventory)
{
	return inventory_cmp_pods(inventory, a, b);
}

/* The live ones first and in order; the others go. */
static void pods_sort(struct inventory *inventory)
{
	struct inventory_pod *pods = inventory->pods.items;
	uint32_t n = 0;

	for (uint32_t i = 0; i < inventory->pods.n; i++) {
		struct inventory_pod pod = pods[i];
		const struct ward_object *object = &pod.object;

		*slot_make(inventory, object->kind, object->ns, object->name) = WARD_NONE;
		if (!pod.live) {
			ward_vec_done(&pod.ips);
			continue;
		}
		pods[n++] = pod;
	}
	inventory->pods.n = n;
	if (n)
		qsort_r(pods, n, sizeof(*pods), cmp_pod, inventory);
}

static void nodes_sort(struct inventory *inventory)
{
	struct inventory_node *nodes = inventory->nodes.items;
	uint32_t n = 0;

	for (uint32_t i = 0; i < inventory->nodes.n; i++) {
		struct inventory_node node = nodes[i];

		*slot_make(inventory, WARD_KIND_NODE, WARD_NONE, node.name) = WARD_NONE;
		if (node.live)
			nodes[n++] = node;
		else
			ward_vec_done(&node.ips);
	}
	inventory->nodes.n = n;
	if (n)
		qsort_r(nodes, n, sizeof(*nodes), cmp_node, inventory);
}

static uint32_t set_move(struct ward_intern *to, const struct ward_intern *from, uint32_t set)
{
	size_t size;
	const void *bytes = ward_intern_bytes(from, set, &size);

	return ward_intern(to, bytes, size);
}

static void namespaces_move(struct inventory *to, const struct inventory *from)
{
	for (uint32_t i = 0; i < from->namespaces.n; i++) {
		const struct inventory_namespace *ns = &from->namespaces.items[i];
		uint32_t index;

		if (!ns->live)
			continue;
		index = inventory_namespace(to, ns->name);
		to->namespaces.items[index].live = true;
		namespace_set(to, index, inventory_labels(from, ns->labels));
	}
}

/* Leaves behind the names and sets of labels and ports that nothing has any more. */
static void inventory_move(struct inventory *to, struct inventory *from)
{
	inventory_init(to, from->symbols);
	to->n_live = from->n_live;
	namespaces_move(to, from);
	for (uint32_t i = 0; i < from->nodes.n; i++) {
		struct inventory_node node = from->nodes.items[i];

		node.labels = set_move(&to->label_sets, &from->label_sets, node.labels);
		ward_vec_push(&to->nodes, node);
	}
	for (uint32_t i = 0; i < from->pods.n; i++) {
		struct inventory_pod pod = from->pods.items[i];

		pod.labels = set_move(&to->label_sets, &from->label_sets, pod.labels);
		pod.ports = set_move(&to->port_sets, &from->port_sets, pod.ports);
		pod.ns = inventory_namespace(to, pod.object.ns);
		ward_vec_push(&to->pods, pod);
	}
	from->nodes.n = from->pods.n = 0; /* their addresses have moved too */
	inventory_done(from);
}

/* A pod that is there may keep a namespace that is not. */
bool inventory_is_wasteful(const struct inventory *inventory)
{
	uint32_t bound = 2 * inventory->n_live + 4096;

	return inventory->keys.n > bound || inventory->label_sets.n > bound ||
	       inventory->port_sets.n > bound;
}

static void change_all(struct inventory *inventory)
{
	inventory_settle(inventory);
	for (uint32_t i = 0; i < inventory->namespaces.n; i++)
		namespace_change(inventory, i);
	for (uint32_t i = 0; i < inventory->nodes.n; i++) {
		struct inventory_node *node = &inventory->nodes.items[i];

		*slot_make(inventory, WARD_KIND_NODE, WARD_NONE, node->name) = i;
		node->changed = false;
		node_change(inventory, i);
	}
	for (uint32_t i = 0; i < inventory->pods.n; i++) {
		const struct ward_object *object = &inventory->pods.items[i].object;

		*slot_make(inventory, object->kind, object->ns, object->name) = i;
		inventory->pods.items[i].changed = false;
		pod_change(inventory, i);
	}
	inventory->nodes_came_or_went = true;
}

void inventory_sort(struct inventory *inventory)
{
	bool wasteful = inventory_is_wasteful(inventory);
	struct inventory moved;

	ward_vec_clear(&inventory->changed_pods); /* the slots are new */
	ward_vec_clear(&inventory->changed_nodes);
	pods_sort(inventory);
	nodes_sort(inventory);
	if (wasteful) {
		inventory_move(&moved, inventory);
		*inventory = moved;
	}
	change_all(inventory);
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
	ward_vec_done(&inventory->changed_namespaces);
	ward_vec_done(&inventory->changed_pods);
	ward_vec_done(&inventory->changed_nodes);
	ward_intern_done(&inventory->keys);
	ward_intern_done(&inventory->label_sets);
	ward_intern_done(&inventory->port_sets);
}
