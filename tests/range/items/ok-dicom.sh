# SPDX-License-Identifier: Apache-2.0
# what: forty pictures of an examination pushed to the archive, then asked for (DICOM)
# technique: -
# from: lin1
# to: ws2
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cd "$HOME"; mkdir -p dcm; mkdir -p "$RANGE/hosts/ws2/home/arc"
export DCMDICTPATH=/usr/share/libdcmtk17/dicom.dic
for i in $(seq 1 40); do
	printf '(0008,0016) UI =CTImageStorage\n(0008,0018) UI [1.2.3.4.%d]\n(0010,0010) PN [Doe^John]\n(0010,0020) LO [42]\n(0020,000d) UI [1.2.3]\n(0020,000e) UI [1.2.3.4]\n(0028,0010) US 256\n(0028,0011) US 256\n(0028,0100) US 16\n(7fe0,0010) OW %s\n' $i "$(head -c 60000 /dev/urandom | od -An -v -tx2 | tr -s ' \n' '\\\\' | sed 's/^\\//;s/\\$//')" >d.txt
	dump2dcm +l 300000 d.txt dcm/$i.dcm || exit 1
done
at ws2 timeout 60 storescp -od "$RANGE/hosts/ws2/home/arc" 11112 & p="$p $!"
until nc -z $ws2 11112; do sleep 0.2; done
echoscu $ws2 11112 && storescu $ws2 11112 dcm/*.dcm
s=$?
kill $p; ls "$RANGE/hosts/ws2/home/arc" | wc -l
exit $s
