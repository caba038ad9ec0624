/* SPDX-License-Identifier: Apache-2.0 */
#include "report/diff-words.h"

#include <string.h>

#include "report/map.h"
#include "report/witness-words.h"

struct namer {
	const struct ward_diff *diff;
	const uint32_t *places;
	uint32_t n;
	struct ward_diff_names *names;
};

/* Is there another kind of the same name? */
static bool needs_kind(const struct ward_diff *diff, uint32_t place)
{
	const struct ward_diff_place *this = &diff->places[place];

	for (int step = -1; step <= 1; step += 2) {
		const struct ward_diff_place *other = this + step;

		if ((step < 0 ? place > 0 : place + 1 < diff->n_places) && !other->external &&
		    strcmp(other->ns, this->ns) == 0 && strcmp(other->name, this->name) == 0)
			return true;
	}
	return false;
}

static char *workload_name(const struct ward_diff *diff, uint32_t place)
{
	const struct ward_diff_place *this = &diff->places[place];

	return needs_kind(diff, place) ? ward_strdup(this->id)
				       : ward_format("%s/%s", this->ns, this->name);
}

static void name_add(const struct namer *namer, char *name)
{
	ward_vec_push(&namer->names->list, name);
}

static bool is_same_ns(const struct ward_diff_place *a, const struct ward_diff_place *b)
{
	return !a->external && !b->external && strcmp(a->ns, b->ns) == 0;
}

/* How many workloads there are in the namespace of this one. */
static uint32_t ns_size(const struct ward_diff *diff, uint32_t place)
{
	uint32_t first = place, end = place + 1;

	while (first && is_same_ns(&diff->places[first - 1], &diff->places[place]))
		first--;
	while (end < diff->n_places && is_same_ns(&diff->places[end], &diff->places[place]))
		end++;
	return end - first;
}

/* The workloads of one namespace, from @i on; the index behind them. */
static uint32_t add_ns(const struct namer *namer, uint32_t i)
{
	const struct ward_diff_place *places = namer->diff->places;
	uint32_t end = i;

	while (end < namer->n && is_same_ns(&places[namer->places[i]], &places[namer->places[end]]))
		end++;
	if (end - i > 1 && end - i == ns_size(namer->diff, namer->places[i])) {
		name_add(namer, ward_format("%s/* (%u)", places[namer->places[i]].ns, end - i));
		return end;
	}
	for (; i < end; i++)
		name_add(namer, workload_name(namer->diff, namer->places[i]));
	return end;
}

static uint32_t count_workloads(const struct ward_diff *diff)
{
	uint32_t n = 0;

	while (n < diff->n_places && !diff->places[n].external)
		n++;
	return n;
}

static uint32_t add_workloads(const struct namer *namer)
{
	const struct ward_diff_place *places = namer->diff->places;
	uint32_t n = count_workloads(namer->diff), i = 0;

	if (n > 1 && namer->n >= n && namer->places[n - 1] == n - 1 &&
	    !is_same_ns(&places[0], &places[n - 1])) {
		name_add(namer, ward_format("all workloads (%u)", n));
		return n;
	}
	while (i < namer->n && !places[namer->places[i]].external)
		i = add_ns(namer, i);
	return i;
}

static uint32_t add_ids(const struct namer *namer)
{
	const struct ward_diff_place *places = namer->diff->places;
	uint32_t i = 0;

	for (; i < namer->n && !places[namer->places[i]].external; i++)
		name_add(namer, ward_strdup(places[namer->places[i]].id));
	return i;
}

static bool is_whole_family(struct ward_ip_range range)
{
	return ward_ip_eq(range.first, ward_ip_min(range.first.family)) &&
	       ward_ip_is_max(range.last);
}

static bool are_neighbours(struct ward_ip_range a, struct ward_ip_range b)
{
	return !ward_ip_is_max(a.last) && ward_ip_eq(ward_ip_next(a.last), b.first);
}

/* Ranges from @i on, joined where nothing lies between. */
static void add_ranges(const struct namer *namer, uint32_t i, bool ids)
{
	const struct ward_diff_place *places = namer->diff->places;
	WARD_VEC(struct ward_ip_range) ranges = {};

	for (; i < namer->n; i++) {
		struct ward_ip_range range = places[namer->places[i]].range;

		if (ranges.n && are_neighbours(ranges.items[ranges.n - 1], range))
			ranges.items[ranges.n - 1].last = range.last;
		else
			ward_vec_push(&ranges, range);
	}
	if (!ids && ranges.n == 2 && is_whole_family(ranges.items[0]) &&
	    is_whole_family(ranges.items[1])) {
		name_add(namer, ward_strdup("world"));
		ranges.n = 0;
	}
	for (uint32_t k = 0; k < ranges.n; k++) {
		char text[WARD_RANGE_TEXT];

		name_add(namer, ids ? ward_strdup(ward_range_str(ranges.items[k], text))
				    : ward_report_range_name(ranges.items[k]));
	}
	ward_vec_done(&ranges);
}

void ward_diff_names_init(struct ward_diff_names *names, const struct ward_diff *diff,
			  const uint32_t *places, uint32_t n, bool ids)
{
	struct namer namer = {diff, places, n, names};

	*names = (struct ward_diff_names){};
	add_ranges(&namer, ids ? add_ids(&namer) : add_workloads(&namer), ids);
}

void ward_diff_names_done(struct ward_diff_names *names)
{
	for (uint32_t i = 0; i < names->list.n; i++)
		free(names->list.items[i]);
	ward_vec_done(&names->list);
}

/* Puts @more behind *@text, which is replaced. */
static void append(char **text, const char *separator, const char *more)
{
	char *longer = ward_format("%s%s%s", *text, **text ? separator : "", more);

	free(*text);
	*text = longer;
}

char *ward_diff_names_text(const struct ward_diff *diff, const uint32_t *places, uint32_t n,
			   uint32_t max)
{
	struct ward_diff_names names;
	char *text = ward_strdup("");

	ward_diff_names_init(&names, diff, places, n, false);
	for (uint32_t i = 0; i < names.list.n && i < max; i++)
		append(&text, ", ", names.list.items[i]);
	if (names.list.n > max) {
		_cleanup_free_ char *more = ward_format("and %u more", names.list.n - max);

		append(&text, ", ", more);
	}
	ward_diff_names_done(&names);
	return text;
}

char *ward_diff_policy_text(const struct ward_symbols *symbols, const struct ward_policy *policy,
			    struct ward_mark mark)
{
	const struct ward_object *origin = &policy->origin;
	char *text = ward_format("%s %s%s%s", ward_kind_str(origin->kind),
				 ward_symbol_str(symbols, origin->ns),
				 origin->ns == WARD_NONE ? "" : "/",
				 ward_symbol_str(symbols, origin->name));
	_cleanup_free_ char *place = NULL;

	if (mark.file == WARD_NONE || !mark.line)
		return text;
	place = ward_format("(%s:%u)", ward_symbol_str(symbols, mark.file), mark.line);
	append(&text, " ", place);
	return text;
}

static char *absent_text(const struct ward_diff *diff, const struct ward_diff_example *example,
			 enum ward_diff_version version)
{
	for (int end = 0; end < 2; end++) {
		uint32_t place = end ? example->to : example->from;
		_cleanup_free_ char *name = NULL;

		if (diff->places[place].external || diff->places[place].at[version] != WARD_NONE)
			continue;
		name = workload_name(diff, place);
		return ward_format("there is no %s", name);
	}
	return NULL;
}

char *ward_diff_why_text(const struct ward_diff *diff, const struct ward_diff_change *change,
			 enum ward_diff_version version)
{
	const struct ward_diff_why *why = &change->example.why[version];

	return why->known ? ward_why_text(diff->symbols[version], why)
			  : absent_text(diff, &change->example, version);
}

/* Workloads, and ranges after joining. */
static uint32_t count_names(const struct ward_diff *diff, const uint32_t *places, uint32_t n)
{
	struct ward_diff_names ids;
	uint32_t n_ids;

	ward_diff_names_init(&ids, diff, places, n, true);
	n_ids = ids.list.n;
	ward_diff_names_done(&ids);
	return n_ids;
}

uint64_t ward_diff_change_pairs(const struct ward_diff *diff, const struct ward_diff_change *change)
{
	uint64_t n = (uint64_t)count_names(diff, change->from, change->n_from) *
		     count_names(diff, change->to, change->n_to);
	uint32_t to = 0;

	for (uint32_t from = 0; from < change->n_from; from++) {
		const struct ward_diff_place *place = &diff->places[change->from[from]];

		while (to < change->n_to && change->to[to] < change->from[from])
			to++;
		if (!place->external && place->kind == WARD_KIND_POD && to < change->n_to &&
		    change->to[to] == change->from[from])
			n--;
	}
	return n;
}

char *ward_diff_proof(const struct ward_diff *diff)
{
	static const char *const ways[] = {[WARD_GAINED] = "allowed", [WARD_LOST] = "denied"};
	enum ward_diff_found gained = diff->possible[WARD_GAINED].found;
	char *text = ward_strdup("");

	if (gained != WARD_FOUND && gained == diff->possible[WARD_LOST].found) {
		append(&text, "",
		       gained == WARD_FOUND_NONE
			       ? "The policies mean the same for every pod that could be."
			       : "Not decided: do the policies mean the same for every pod that "
				 "could be?");
	} else {
		for (int way = 0; way < WARD_N_WAY; way++) {
			enum ward_diff_found found = diff->possible[way].found;
			_cleanup_free_ char *line = ward_format(
				found == WARD_FOUND_NONE
					? "Nothing becomes %s for any pod that could be."
					: "Not decided: does anything become %s for a pod that "
					  "could be?",
				ways[way]);

			if (found != WARD_FOUND)
				append(&text, "\n", line);
		}
	}
	if (*text && diff->ns) {
		_cleanup_free_ char *where =
			ward_format("(This is about namespace %s and what crosses its border.)",
				    diff->ns);

		append(&text, "\n", where);
	}
	return text;
}
