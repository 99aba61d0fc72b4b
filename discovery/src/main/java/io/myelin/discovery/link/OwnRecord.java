package io.myelin.discovery.link;

import java.net.InetSocketAddress;
import org.apache.tuweni.bytes.Bytes;
import org.ethereum.beacon.discovery.crypto.Signer;
import org.ethereum.beacon.discovery.schema.NodeRecord;
import org.ethereum.beacon.discovery.storage.LocalNodeRecordStore;
import org.ethereum.beacon.discovery.storage.NewAddressHandler;
import org.ethereum.beacon.discovery.storage.NodeRecordListener;

/**
 * The own record: what was signed here, and nothing else. The library would change its address when
 * enough strangers say so.
 */
final class OwnRecord extends LocalNodeRecordStore {
  private volatile NodeRecord current;

  OwnRecord(NodeRecord first, Signer signer) {
    super(first, signer, NodeRecordListener.NOOP, NewAddressHandler.NOOP);
    this.current = first;
  }

  void replace(NodeRecord next) {
    current = next;
  }

  @Override
  public NodeRecord getLocalNodeRecord() {
    return current;
  }

  @Override
  public synchronized void onSocketAddressChanged(InetSocketAddress newAddress) {
    // What others say of our address is not believed.
  }

  @Override
  public synchronized void onBoundPortResolved(InetSocketAddress boundAddress) {
    // The record with the right port follows.
  }

  @Override
  public synchronized void onCustomFieldValueChanged(String fieldName, Bytes value) {
    throw new UnsupportedOperationException("records are signed as a whole");
  }
}
