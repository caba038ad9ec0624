/* SPDX-License-Identifier: Apache-2.0 */
/* The process that enforces is killed while packets go without pause: before each of the system
 * calls by which a start, a growth and a stop change what is pinned and attached, one after the
 * other; and at any moment of any of it.  What every version allows is never lost, not one packet;
 * what none allows never arrives; and at the end nothing is left.
 *
 * WARD_LIFE_KILLS says how often at any moment (45). */
#include "large.h"

#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <bpf/bpf.h>

#include "base/vec.h"
#include "datapath/generation.h"

enum {
	KILLS = 45,
	LIFE_US = 150000, /* a start takes that long, and a growth: the proof of the program */
	NEW_FLOW_EVERY = 16,
	LOST_MS = 3000, /* a packet that has not come by then will not */
};

struct ids {
	WARD_VEC(uint32_t) list;
};

struct life {
	struct city *city;
	struct ids links, programs, maps;
	atomic_bool stop;
	uint64_t n_exchanges, n_flows, n_denied, n_lost, n_leaked;
};

/* A process of its own: opens, commits, grows, closes, and so on until it is killed. */

static void agent_commits(struct city *city)
{
	for (int n = rand() % 8; n >= 0; n--) {
		struct large large = {
			.opens_81 = rand() % 2,
			.n_more = rand() % 4 ? rand() % 50 : rand() % 3000,
			.n_shapes = 3 + (rand() % 4 ? rand() % 100 : rand() % 30000),
		};

		if (large_commit(city, &large) < 0)
			_exit(1);
	}
}

static atomic_bool *has_opened; /* shared with the process */

static void agent_run(struct city *city)
{
	for (;;) {
		if (large_open(city, 0) < 0)
			_exit(1);
		atomic_store(has_opened, true);
		agent_commits(city);
		city->datapath = ward_datapath_close(city->datapath);
	}
}

/* All that changes what is pinned, once: a start, a growth, a stop. */
static void agent_run_once(struct city *city)
{
	static const struct large small = {.n_shapes = 3}, large = {.n_shapes = 3, .n_more = 100};

	ptrace(PTRACE_TRACEME);
	raise(SIGSTOP);
	if (large_open(city, 0) < 0 || large_commit(city, &small) < 0 ||
	    large_commit(city, &large) < 0)
		_exit(1);
	ward_datapath_close(city->datapath);
	_exit(0);
}

static pid_t agent_start(struct city *city, void (*run)(struct city *city))
{
	unsigned seed = rand();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srand(seed);
	run(city);
	_exit(1);
}

static void agent_end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status)); /* it was alive until now */
}

/* Does this call change what is pinned, what is attached, or the table of nftables? */
static bool is_change(const struct __ptrace_syscall_info *call)
{
	static const uint64_t commands[] = {BPF_OBJ_PIN, BPF_LINK_CREATE, BPF_LINK_DETACH};

	if (call->op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(commands); i++)
		if (call->entry.nr == SYS_bpf && call->entry.args[0] == commands[i])
			return true;
	return call->entry.nr == SYS_mkdirat || call->entry.nr == SYS_unlinkat ||
	       call->entry.nr == SYS_sendmsg;
}

/* Kills it before its change number @nth; false: there were fewer. */
static bool agent_kill_before(pid_t pid, uint32_t nth)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (uint32_t n = 0; n < nth;) {
		struct __ptrace_syscall_info call = {};

		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		assert_true(WIFSTOPPED(status));
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call);
		n += is_change(&call);
	}
	agent_end(pid);
	return true;
}

static void sleep_us(unsigned us)
{
	nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

/* What was pinned, to be asked for when it should be gone. */

static void ids_note(struct ids *ids, uint32_t id)
{
	for (uint32_t i = 0; i < ids->list.n; i++)
		if (ids->list.items[i] == id)
			return;
	ward_vec_push(&ids->list, id);
}

static uint32_t ids_left(const struct ids *ids, int (*open_id)(uint32_t id))
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < ids->list.n; i++) {
		_cleanup_close_ int fd = open_id(ids->list.items[i]);

		n += fd >= 0;
	}
	return n;
}

static void program_note(struct life *life, uint32_t id)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	uint32_t maps[16], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = 16, .map_ids = (uintptr_t)maps};

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	ids_note(&life->programs, id);
	for (uint32_t i = 0; i < info.nr_map_ids; i++)
		ids_note(&life->maps, maps[i]);
}

struct noting {
	struct life *life;
	const struct ward_pins *pins;
	uint32_t n;
};

static void generation_note(void *userdata, uint32_t number)
{
	static const char *const names[] = {"link4", "link6"};
	struct noting *noting = userdata;

	noting->n++;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(names); i++) {
		_cleanup_close_ int fd = ward_pin_get(noting->pins, number, names[i]);
		struct bpf_link_info info = {};
		uint32_t size = sizeof(info);

		if (fd < 0)
			continue;
		assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
		ids_note(&noting->life->links, info.id);
		program_note(noting->life, info.prog_id);
	}
}

/* Which generation is in force, now that nobody runs. */
static uint32_t pins_note(struct life *life)
{
	_cleanup_(ward_pins_close) struct ward_pins pins = WARD_PINS_NONE;
	_cleanup_free_ char *why = NULL;
	struct noting noting = {life, &pins};
	uint32_t in_force;

	assert_int_equal(ward_pins_open(&pins, PINS, &why), 0);
	ward_pins_each(&pins, generation_note, &noting);
	assert_true(noting.n <= 3); /* what is in force, and what processes leave unfinished */
	assert_int_equal(ward_generation_find(&pins, &in_force), 0);
	return in_force;
}

/* Packets that go all the while, of one family. */

struct sender {
	struct life *life;
	struct city city;	 /* with this family */
	int server, server_82;	 /* of b */
	int client, world;	 /* connected to b's port 80: of a, and of who may not */
	int outward, far_server; /* of b, connected to the world, which may only answer */
	int tcp[2];
};

/* A datagram arrives at once, but for a busy machine. */
static bool arrives(int fd, char expected)
{
	char byte;

	return comes(fd, LOST_MS) && recv(fd, &byte, 1, 0) == 1 && byte == expected;
}

static int datagram_socket(const struct sender *sender, int place, int target)
{
	int fd = net_socket(sender->city.place[place], sender->city.family, SOCK_DGRAM, 0);
	union address to = socket_address(address_of(&sender->city, target), 80);

	assert_int_equal(connect(fd, &to.any, address_size(&to)), 0);
	return fd;
}

/* A datagram, and an answer back. */
static bool exchange(int client, int server)
{
	union address from;
	socklen_t size = sizeof(from);
	char byte;

	if (send(client, "a", 1, 0) != 1 || !comes(server, LOST_MS) ||
	    recvfrom(server, &byte, 1, 0, &from.any, &size) != 1 || byte != 'a')
		return false;
	return sendto(server, "b", 1, 0, &from.any, size) == 1 && arrives(client, 'b');
}

static bool exchange_tcp(const struct sender *sender)
{
	return send(sender->tcp[0], "c", 1, 0) == 1 && arrives(sender->tcp[1], 'c') &&
	       send(sender->tcp[1], "d", 1, 0) == 1 && arrives(sender->tcp[0], 'd');
}

/* Sends what no version allows: by then all that came before has been taken from b's port 80, so
 * that anything there is a leak. */
static void send_denied(struct sender *sender)
{
	char byte;

	send(sender->world, "w", 1, 0);
	send_to(sender->client, "x", 1, address_of(&sender->city, B), 82);
	sender->life->n_denied += 2;
	sender->life->n_leaked += recv(sender->server, &byte, 1, MSG_DONTWAIT) == 1;
	sender->life->n_leaked += recv(sender->server_82, &byte, 1, MSG_DONTWAIT) == 1;
}

static void talk_begin(struct sender *sender)
{
	int listening = listener(&sender->city, B, SOCK_STREAM, 80);
	union address to = socket_address(address_of(&sender->city, B), 80);

	sender->tcp[0] = net_socket(sender->city.place[A], sender->city.family, SOCK_STREAM, 0);
	assert_int_equal(connect(sender->tcp[0], &to.any, address_size(&to)), 0);
	sender->tcp[1] = accept(listening, NULL, NULL);
	close(listening);
}

static void sender_open(struct sender *sender, struct life *life, int family)
{
	*sender = (struct sender){.life = life, .city = *life->city};
	sender->city.family = family;
	sender->server = listener(&sender->city, B, SOCK_DGRAM, 80);
	sender->server_82 = listener(&sender->city, B, SOCK_DGRAM, 82);
	sender->client = datagram_socket(sender, A, B);
	sender->world = datagram_socket(sender, WORLD, B);
	sender->far_server = listener(&sender->city, WORLD, SOCK_DGRAM, 80);
	sender->outward = datagram_socket(sender, B, WORLD);
	talk_begin(sender);
}

static void sender_turn(struct sender *sender)
{
	struct life *life = sender->life;

	life->n_lost += !exchange(sender->client, sender->server);
	life->n_lost += !exchange(sender->outward, sender->far_server);
	life->n_lost += !exchange_tcp(sender);
	life->n_exchanges += 3;
	if (life->n_exchanges / 3 % NEW_FLOW_EVERY == 0) {
		_cleanup_close_ int fresh = datagram_socket(sender, A, B);

		life->n_lost += !exchange(fresh, sender->server);
		life->n_flows++;
	}
	send_denied(sender);
}

/* What TCP had to send again was lost. */
static void sender_close(struct sender *sender)
{
	for (int end = 0; end < 2; end++) {
		struct tcp_info info;
		socklen_t size = sizeof(info);

		assert_int_equal(getsockopt(sender->tcp[end], SOL_TCP, TCP_INFO, &info, &size), 0);
		sender->life->n_lost += info.tcpi_total_retrans;
		close(sender->tcp[end]);
	}
	close(sender->server);
	close(sender->server_82);
	close(sender->client);
	close(sender->world);
	close(sender->outward);
	close(sender->far_server);
}

static void *send_on(void *userdata)
{
	struct life *life = userdata;
	struct sender sender[2];

	for (int six = 0; six < 2; six++)
		sender_open(&sender[six], life, six ? AF_INET6 : AF_INET);
	while (!atomic_load(&life->stop) && !life->n_lost && !life->n_leaked)
		for (int six = 0; six < 2; six++)
			sender_turn(&sender[six]);
	for (int six = 0; six < 2; six++)
		sender_close(&sender[six]);
	return NULL;
}

/* A whole life with nothing before it. */
static void begin(struct life *life)
{
	const struct large large = {.n_shapes = 3};

	assert_int_equal(large_open(life->city, 0), 0);
	assert_int_equal(large_commit(life->city, &large), 0);
	life->city->datapath = ward_datapath_close(life->city->datapath);
	assert_true(pins_note(life) > 0);
}

/* Starting from nothing: before whichever change it is killed, the next gets on. */
static void first_starts(struct life *life)
{
	uint32_t nth = 1;

	for (; agent_kill_before(agent_start(life->city, agent_run_once), nth); nth++) {
		pins_note(life);
		if (nth % 4 == 1)
			begin(life);
		pins_remove();
	}
	printf("a first start was killed before each of its %u changes\n", nth - 1);
	pins_remove();
}

static void lives_cut_short(struct life *life)
{
	uint32_t nth = 1;

	while (agent_kill_before(agent_start(life->city, agent_run_once), nth)) {
		assert_true(pins_note(life) > 0);
		nth++;
	}
	printf("a life was ended before each of its %u changes\n", nth - 1);
}

static int kills_wanted(void)
{
	const char *text = getenv("WARD_LIFE_KILLS");

	return text ? atoi(text) : KILLS;
}

static void lives_ended_at_random(struct life *life)
{
	for (int i = 0; i < kills_wanted(); i++) {
		pid_t pid;

		atomic_store(has_opened, false);
		pid = agent_start(life->city, agent_run);
		while (i % 3 && !atomic_load(has_opened))
			sleep_us(100);
		sleep_us(rand() % LIFE_US);
		agent_end(pid);
		assert_true(pins_note(life) > 0);
	}
}

static void no_packet_is_unjudged(struct life *life, void (*lives)(struct life *life))
{
	uint32_t first = pins_note(life);
	pthread_t sender;

	life->n_exchanges = life->n_flows = life->n_denied = 0;
	atomic_store(&life->stop, false);
	pthread_create(&sender, NULL, send_on, life);
	lives(life);
	atomic_store(&life->stop, true);
	pthread_join(sender, NULL);
	printf("%lu exchanges, %lu new flows, %u generations: %lu lost; %lu packets to be denied: "
	       "%lu came\n",
	       life->n_exchanges, life->n_flows, pins_note(life) - first, life->n_lost,
	       life->n_denied, life->n_leaked);
	assert_int_equal(life->n_lost, 0);
	assert_int_equal(life->n_leaked, 0);
	assert_true(life->n_exchanges > 1000);
}

static void nothing_is_left(struct life *life)
{
	uint32_t n = 1;

	pins_remove();
	assert_int_equal(access(PINS, F_OK), -1);
	net_run(life->city->node, "test -z \"$(nft list tables)\"");
	for (int ms = 0; n && ms < PATIENCE_MS; ms += 10) {
		sleep_us(10000);
		n = ids_left(&life->links, bpf_link_get_fd_by_id) +
		    ids_left(&life->programs, bpf_prog_get_fd_by_id) +
		    ids_left(&life->maps, bpf_map_get_fd_by_id);
	}
	printf("%u links, %u programs, %u maps were pinned: %u are left\n", life->links.list.n,
	       life->programs.list.n, life->maps.list.n, n);
	assert_int_equal(n, 0);
	ward_vec_done(&life->links.list);
	ward_vec_done(&life->programs.list);
	ward_vec_done(&life->maps.list);
}

static void whenever_it_is_killed(void **state)
{
	struct life life = {.city = *state};

	srand(getpid());
	printf("seed %d\n", getpid());
	first_starts(&life);
	begin(&life);
	no_packet_is_unjudged(&life, lives_cut_short);
	no_packet_is_unjudged(&life, lives_ended_at_random);
	nothing_is_left(&life);
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whenever_it_is_killed),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	has_opened = mmap(NULL, sizeof(*has_opened), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pins_hide();
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
