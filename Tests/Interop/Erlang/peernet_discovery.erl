%% Announces a node by UDP, and hears others. Loopback's broadcast address stands for the network's.
-module(peernet_discovery).
-export([start_link/5]).

-record(state, {node, socket, port, interval, announce}).

start_link(Node, Port, Interval, TCPPort, Key) ->
    Starter = self(),
    {ok, proc_lib:spawn_link(fun() ->
        {ok, Socket} = gen_udp:open(Port, [binary, {reuseaddr, true}, {broadcast, true}, {active, true}]),
        Announce = <<"PNET", 1, TCPPort:16, Key/binary>>,
        erlang:monitor(process, Starter),
        announce(#state{node = Node, socket = Socket, port = Port, interval = Interval, announce = Announce})
    end)}.

announce(State) ->
    ok = gen_udp:send(State#state.socket, {127, 255, 255, 255}, State#state.port, State#state.announce),
    erlang:send_after(State#state.interval, self(), announce),
    listen(State).

listen(State) ->
    receive
        announce -> announce(State);
        {udp, _, _, _, <<"PNET", 1, Port:16, Key:32/binary>> = Announce} when
              Port > 0, Announce =/= State#state.announce ->
            peernet_node:sighted(State#state.node, Key, Port),
            listen(State);
        {udp, _, _, _, _} -> listen(State);
        {'DOWN', _, process, _, _} -> ok
    end.
