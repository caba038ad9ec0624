/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sockaddr.h"

#include <errno.h>
#include <string.h>

socklen_t ward_sockaddr_make(struct ward_ip ip, uint16_t port, union ward_sockaddr *ret_address)
{
	uint32_t words[] = {htonl(ip.hi >> 32), htonl(ip.hi), htonl(ip.lo >> 32), htonl(ip.lo)};

	*ret_address = (union ward_sockaddr){};
	if (ip.family == WARD_FAMILY_4) {
		ret_address->in = (struct sockaddr_in){.sin_family = AF_INET,
						       .sin_port = htons(port),
						       .sin_addr.s_addr = words[3]};
		return sizeof(ret_address->in);
	}
	ret_address->in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
	memcpy(&ret_address->in6.sin6_addr, words, sizeof(words));
	return sizeof(ret_address->in6);
}

int ward_sockaddr_bind_free(int fd, struct ward_ip ip)
{
	union ward_sockaddr address;
	socklen_t size = ward_sockaddr_make(ip, 0, &address);
	int on = 1;

	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (ip.family == WARD_FAMILY_6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
	return bind(fd, &address.any, size) < 0 ? -errno : 0;
}
