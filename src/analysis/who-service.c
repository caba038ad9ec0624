/* SPDX-License-Identifier: Apache-2.0 */
/* Services as TO: their pods, and the port at each pod that a port of the Service leads to (A11.2,
 * A11.7).  Policies judge that one, whatever the client wrote. */
#include <errno.h>
#include <string.h>

#include "analysis/who-find.h"
#include "kube/pod.h"

/* "svc/NAME", "NS/svc/NAME": the parts. */
struct service_words {
	char *ns; /* or NULL: the finder's */
	const char *name;
};

static bool is_service_word(const char *word, size_t len)
{
	static const char *const words[] = {"svc", "service", "services"};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
			return true;
	return false;
}

static bool words_parse(const char *text, struct service_words *ret_words)
{
	const char *first = strchr(text, '/'), *second = first ? strchr(first + 1, '/') : NULL;

	if (!first || (second && strchr(second + 1, '/')))
		return false;
	if (!second && is_service_word(text, (size_t)(first - text))) {
		*ret_words = (struct service_words){NULL, first + 1};
		return true;
	}
	if (!second || !is_service_word(first + 1, (size_t)(second - first) - 1))
		return false;
	*ret_words =
		(struct service_words){ward_format("%.*s", (int)(first - text), text), second + 1};
	return true;
}

bool ward_finder_is_service(const struct ward_finder *finder)
{
	struct service_words words;

	if (!words_parse(finder->text, &words))
		return false;
	free(words.ns);
	return true;
}

static const struct ward_service *service_at(const struct ward_snapshot *snapshot, uint32_t i)
{
	const struct ward_object *object = snapshot->objects.items[i];

	return object && object->kind == WARD_KIND_SERVICE ? (const struct ward_service *)object
							   : NULL;
}

static int fail_unknown(struct ward_finder *finder, const char *name)
{
	const struct ward_snapshot *snapshot = finder->snapshot;
	_cleanup_free_ const char **names = ward_new_n(const char *, snapshot->objects.n);
	_cleanup_free_ const char **shown = ward_new_n(const char *, snapshot->objects.n);
	_cleanup_free_ char *hint = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_service *service = service_at(snapshot, i);

		if (!service)
			continue;
		names[n] = ward_symbol_str(finder->symbols, service->object.name);
		shown[n] = ward_arena_format(&finder->who->arena, "%s/svc/%s",
					     ward_symbol_str(finder->symbols, service->object.ns),
					     names[n]);
		n++;
	}
	hint = ward_finder_suggest(name, names, shown, n);
	return ward_finder_fail(finder,
				ward_format("there is no Service \"%s\"%s", finder->text, hint));
}

/* The one Service of that name, in @ns or, WARD_NONE, anywhere. */
static int service_find(struct ward_finder *finder, bool any_ns, ward_sym ns, const char *name,
			const struct ward_service **ret_service)
{
	ward_sym sym = ward_symbol_find(finder->symbols, name);
	const struct ward_service *found = NULL;

	for (uint32_t i = 0; sym != WARD_NONE && i < finder->snapshot->objects.n; i++) {
		const struct ward_service *service = service_at(finder->snapshot, i);

		if (!service || service->object.name != sym ||
		    (!any_ns && service->object.ns != ns))
			continue;
		if (found)
			return ward_finder_fail(
				finder,
				ward_format("\"%s\" is ambiguous: it may mean %s/svc/%s, "
					    "%s/svc/%s",
					    finder->text,
					    ward_symbol_str(finder->symbols, found->object.ns),
					    name,
					    ward_symbol_str(finder->symbols, service->object.ns),
					    name));
		found = service;
	}
	if (!found)
		return fail_unknown(finder, name);
	*ret_service = found;
	return 0;
}

/* Some Services lead to no pods that could be judged. */
static int service_check(struct ward_finder *finder, const struct ward_service *service)
{
	const char *name = ward_symbol_str(finder->symbols, service->object.name);

	if (strcmp(ward_symbol_str(finder->symbols, service->type), "ExternalName") == 0)
		return ward_finder_fail(finder,
					ward_format("Service %s is an ExternalName, a DNS name for "
						    "something else: ask for the address behind it",
						    name));
	if (!service->has_selector)
		return ward_finder_fail(
			finder, ward_format("Service %s has no selector, and what it leads to is "
					    "not in these files: ask for its addresses",
					    name));
	return 0;
}

/* A namespace may be called "svc", and then the words mean a pod there too. */
static int pod_check(struct ward_finder *finder, const struct service_words *words,
		     const struct ward_service *service)
{
	const char *slash = strchr(finder->text, '/');
	_cleanup_free_ char *word = ward_format("%.*s", (int)(slash - finder->text), finder->text);
	ward_sym ns = words->ns ? WARD_NONE : ward_symbol_find(finder->symbols, word);

	for (uint32_t i = 0; ns != WARD_NONE && i < finder->tables->n_endpoints; i++) {
		struct ward_object owner =
			ward_who_owner(finder->snapshot, &finder->tables->endpoints[i]);

		if (owner.ns == ns && owner.name == service->object.name)
			return ward_finder_fail(
				finder,
				ward_format("\"%s\" is ambiguous: it may mean %s[%s] or the "
					    "Service %s/svc/%s",
					    finder->text, finder->text, ward_kind_str(owner.kind),
					    ward_symbol_str(finder->symbols, service->object.ns),
					    words->name));
	}
	return 0;
}

static int service_expand(struct ward_finder *finder, const struct ward_service *service)
{
	finder->who->kind = WARD_WHO_SERVICE;
	finder->who->service = service;
	for (uint32_t i = 0; i < finder->tables->n_endpoints; i++)
		if (ward_service_selects(finder->engine, service, &finder->tables->endpoints[i]))
			ward_finder_add_pod(finder, i);
	if (finder->who->members.n)
		return 0;
	return ward_finder_fail(finder, ward_format("Service %s selects no pods",
						    ward_symbol_str(finder->symbols,
								    service->object.name)));
}

int ward_finder_service(struct ward_finder *finder)
{
	const struct ward_service *service = NULL;
	_cleanup_free_ char *ns_text = NULL;
	struct service_words words;
	ward_sym ns = finder->ns;
	int r;

	words_parse(finder->text, &words);
	ns_text = words.ns;
	if (words.ns)
		ns = ward_symbol_find(finder->symbols, words.ns);
	r = service_find(finder, !words.ns && ns == WARD_NONE, ns, words.name, &service);
	if (r == 0)
		r = pod_check(finder, &words, service);
	if (r == 0)
		r = service_check(finder, service);
	return r < 0 ? r : service_expand(finder, service);
}

bool ward_service_selects(const struct ward_engine *engine, const struct ward_service *service,
			  const struct ward_endpoint *endpoint)
{
	return service->has_selector && endpoint->object.ns == service->object.ns &&
	       (endpoint->managed || endpoint->host_network) &&
	       ward_selector_matches(&service->selector,
				     ward_engine_labels(engine, endpoint->labels));
}

enum ward_target ward_service_target(const struct ward_snapshot *snapshot,
				     const struct ward_service_port *port,
				     const struct ward_endpoint *endpoint, uint16_t *ret_number)
{
	const struct ward_object *object = &endpoint->object;
	const struct ward_pod *pod =
		(const struct ward_pod *)ward_snapshot_find(snapshot, object->kind, object->ns,
							    object->name);
	uint16_t number = 0;

	if (port->target_name == WARD_NONE) {
		*ret_number = port->target_number;
		return WARD_TARGET_ONE;
	}
	for (uint32_t i = 0; pod && i < pod->n_ports; i++) {
		const struct ward_container_port *declared = &pod->ports[i];

		if (declared->name != port->target_name || declared->proto != port->proto)
			continue;
		if (number && number != declared->number)
			return WARD_TARGET_SEVERAL;
		number = declared->number;
	}
	if (!number)
		return WARD_TARGET_NONE;
	*ret_number = number;
	return WARD_TARGET_ONE;
}

/* "80/TCP (http), 443/TCP" */
static char *ports_text(const struct ward_service *service, const struct ward_symbols *symbols)
{
	char *text = ward_strdup("");

	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct ward_service_port *port = &service->ports[i];
		bool named = port->name != WARD_NONE;
		char *more = ward_format("%s%s%u/%s%s%s%s", text, i ? ", " : "", port->port,
					 ward_proto_str(port->proto), named ? " (" : "",
					 named ? ward_symbol_str(symbols, port->name) : "",
					 named ? ")" : "");

		free(text);
		text = more;
	}
	return text;
}

char *ward_service_ports_text(const struct ward_snapshot *snapshot,
			      const struct ward_service *service)
{
	_cleanup_free_ char *list = ports_text(service, snapshot->symbols);
	const char *name = ward_symbol_str(snapshot->symbols, service->object.name);

	if (!service->n_ports)
		return ward_format("Service %s has no ports", name);
	return ward_format("Service %s has %s", name, list);
}

static char *several_text(const struct ward_who *who, const struct ward_snapshot *snapshot,
			  const struct ward_member *member, const struct ward_service_port *port)
{
	return ward_format("Service %s sends %u to port \"%s\", which means several ports at %s: "
			   "ask for the pod and a number",
			   ward_symbol_str(snapshot->symbols, who->service->object.name),
			   port->port, ward_symbol_str(snapshot->symbols, port->target_name),
			   member->id);
}

int ward_who_send(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		  struct ward_who *who, const struct ward_service_port *port, char **ret_why)
{
	const struct ward_endpoint *endpoints = ward_engine_tables(engine)->endpoints;
	uint32_t n = 0;

	for (uint32_t i = 0; i < who->members.n; i++) {
		struct ward_member member = who->members.items[i];
		enum ward_target target =
			ward_service_target(snapshot, port, &endpoints[member.endpoint],
					    &member.port);

		if (target == WARD_TARGET_SEVERAL) {
			*ret_why = several_text(who, snapshot, &member, port);
			return -ENOENT;
		}
		if (target == WARD_TARGET_ONE)
			who->members.items[n++] = member;
	}
	who->service_port = port;
	who->n_left_out = who->members.n - n;
	who->members.n = n;
	if (n)
		return 0;
	*ret_why = ward_format("Service %s sends %u to port \"%s\", which none of its pods has",
			       ward_symbol_str(snapshot->symbols, who->service->object.name),
			       port->port, ward_symbol_str(snapshot->symbols, port->target_name));
	return -ENOENT;
}
